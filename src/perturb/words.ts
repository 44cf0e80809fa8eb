import type { JsonObject } from "../core/json.ts";
import type { Random } from "./random.ts";

/** How many words of a text are changed, and how many characters of each. Names and defaults are NLPAug's. */
export interface CharAmounts {
  readonly aug_word_p: number;
  readonly aug_word_min: number;
  readonly aug_word_max: number;
  readonly aug_char_p: number;
  readonly aug_char_min: number;
  readonly aug_char_max: number;
  readonly min_char: number;
  readonly stopwords: readonly string[];
}

const count = (description: string, fallback: number): JsonObject => ({
  type: "integer",
  minimum: 0,
  default: fallback,
  description,
});
const share = (description: string): JsonObject => ({
  type: "number",
  minimum: 0,
  maximum: 1,
  default: 0.3,
  description,
});
export const stopwords: JsonObject = {
  type: "array",
  items: { type: "string" },
  description: "Words that are left alone, whatever their case.",
};

/** Schema of `CharAmounts`. */
export function charOptions(defaults: { readonly charMin: number; readonly minChar: number }): JsonObject {
  return {
    aug_word_p: share("Share of a text's words that are changed, rounded up."),
    aug_word_min: count("At least so many words.", 1),
    aug_word_max: count("At most so many words.", 10),
    aug_char_p: share("Share of a word's characters that are changed, rounded up."),
    aug_char_min: count("At least so many characters.", defaults.charMin),
    aug_char_max: count("At most so many characters.", 10),
    min_char: count("Shorter words are left alone.", defaults.minChar),
    stopwords,
  };
}

export function charAmounts(
  options: JsonObject,
  defaults: { readonly charMin: number; readonly minChar: number },
): CharAmounts {
  return {
    aug_word_p: 0.3,
    aug_word_min: 1,
    aug_word_max: 10,
    aug_char_p: 0.3,
    aug_char_min: defaults.charMin,
    aug_char_max: 10,
    min_char: defaults.minChar,
    stopwords: [],
    ...(options as Partial<CharAmounts>),
  };
}

/** Schema of the amounts of a perturbation of whole words: NLPAug's `aug_p`, `aug_min`, `aug_max`. */
export const wordOptions: JsonObject = {
  aug_p: share("Share of a text's words that are changed, rounded up."),
  aug_min: count("At least so many words.", 1),
  aug_max: count("At most so many words.", 10),
  stopwords,
};

export interface WordAmounts {
  readonly aug_p: number;
  readonly aug_min: number;
  readonly aug_max: number;
  readonly stopwords: readonly string[];
}

export function wordAmounts(options: JsonObject): WordAmounts {
  return { aug_p: 0.3, aug_min: 1, aug_max: 10, stopwords: [], ...(options as Partial<WordAmounts>) };
}

/** NLPAug 1.1.11 `_generate_aug_cnt`: a share, rounded up, within bounds. */
export function amount(size: number, share: number, [least, most]: readonly [number, number]): number {
  const wanted = Math.ceil(share * size);
  return wanted < least ? least : Math.min(wanted, most);
}

/** A piece of a text: a word, or what stands between words. */
export interface Piece {
  readonly text: string;
  readonly isWord: boolean;
}

/**
 * A text in words (runs of letters, digits and marks) and what stands between them, so that joining the pieces gives the
 * text again: unlike NLPAug, nothing happens to the white space around what is changed.
 */
export function pieces(text: string): Piece[] {
  return Array.from(text.matchAll(/[\p{L}\p{N}\p{M}_]+|[^\p{L}\p{N}\p{M}_]+/gu), ([piece]) => ({
    text: piece,
    isWord: /^[\p{L}\p{N}_]/u.test(piece),
  }));
}

/** Changes some of a text's words. Those that are no candidates count for the share, but are not chosen. */
export function changeWords(
  text: string,
  random: Random,
  {
    isCandidate,
    count: howMany,
    change,
  }: {
    readonly isCandidate: (word: string) => boolean;
    readonly count: (words: number) => number;
    readonly change: (word: string) => string;
  },
): string {
  const all = pieces(text);
  const words = [...all.keys()].filter((index) => all[index]?.isWord);
  const candidates = words.filter((index) => isCandidate(all[index]?.text ?? ""));
  const chosen = new Set(random.sample(candidates, howMany(words.length)));
  return all.map((piece, index) => (chosen.has(index) ? change(piece.text) : piece.text)).join("");
}

/** Changes some characters of some words. `change` is given a word's characters and the positions chosen, ascending. */
export function changeCharacters(
  text: string,
  random: Random,
  {
    amounts,
    isChangeable = () => true,
    change,
  }: {
    readonly amounts: CharAmounts;
    readonly isChangeable?: (character: string) => boolean;
    readonly change: (characters: string[], positions: readonly number[]) => readonly string[];
  },
): string {
  const isStop = stopTest(amounts.stopwords);
  return changeWords(text, random, {
    isCandidate: (word) => Array.from(word).length >= amounts.min_char && !isStop(word),
    count: (words) => amount(words, amounts.aug_word_p, [amounts.aug_word_min, amounts.aug_word_max]),
    change: (word) => {
      const characters = Array.from(word);
      const places = [...characters.keys()].filter((index) => isChangeable(characters[index] ?? ""));
      const wanted = amount(characters.length, amounts.aug_char_p, [amounts.aug_char_min, amounts.aug_char_max]);
      return change(characters, random.sample(places, wanted)).join("");
    },
  });
}

export function stopTest(words: readonly string[]): (word: string) => boolean {
  const known = new Set(words.map((word) => word.toLowerCase()));
  return (word) => known.has(word.toLowerCase());
}

/** The schema of an options object. */
export function optionsSchema(properties: JsonObject, required: readonly string[] = []): JsonObject {
  return { type: "object", additionalProperties: false, properties, ...(required.length === 0 ? {} : { required }) };
}
