import { chinese } from "./chinese.ts";
import { international } from "./international.ts";
import { japanese, type MecabSettings } from "./japanese.ts";
import { character, whitespace } from "./plain.ts";
import type { Tokenizer } from "./tokenizer.ts";
import { western } from "./western.ts";

/** sacrebleu's tokenizers for BLEU by their names there. */
export const tokenizers = {
  "13a": western,
  intl: international,
  zh: chinese,
  "ja-mecab": japanese,
  char: character,
  none: whitespace,
} satisfies Record<string, (settings: MecabSettings) => Tokenizer>;

export type TokenizerName = keyof typeof tokenizers;
