import { isPythonSpace } from "../python-space.ts";
import { CharacterClass, separation } from "./separation.ts";
import type { Tokenizer } from "./tokenizer.ts";

function internationalClass(codePoint: number): number {
  if (isPythonSpace(codePoint)) return CharacterClass.space;
  const char = String.fromCodePoint(codePoint);
  if (/\p{P}/u.test(char)) return CharacterClass.point;
  if (/\p{S}/u.test(char)) return CharacterClass.symbol;
  return /\p{N}/u.test(char) ? CharacterClass.digit : CharacterClass.letter;
}

/** mteval-v14's international tokenization: sacrebleu's `intl`. All punctuation counts as points do in `13a`. */
export function international(): Tokenizer {
  return {
    signature: "intl",
    prepare: (text) => text,
    scan: separation({ classify: internationalClass, padded: false }),
  };
}
