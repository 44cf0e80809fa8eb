import { pythonMt19937 } from "../../src/stats/mt19937.ts";
import type { Mt19937 } from "../../src/stats/mt19937.ts";

/** References and what two systems made of them, all of one length. */
export interface Texts {
  readonly references: readonly string[];
  readonly a: readonly string[];
  readonly b: readonly string[];
}

export interface TextOptions {
  readonly pairs: number;
  readonly seed: number;
  /** Lines a text, and the mean number of words a line. */
  readonly lines: number;
  readonly words: number;
}

/** Invented words whose frequencies fall off as those of real words do, with capitals, numbers and punctuation. */
export function generatedTexts({ pairs, seed, lines, words }: TextOptions): Texts {
  const random = pythonMt19937(seed);
  const vocabulary = Array.from({ length: 20_000 }, () => invented(random));
  const word = (): string => vocabulary[Math.floor(vocabulary.length ** random.double()) - 1] as string;
  const sentence = (): string[] => {
    const length = Math.max(3, Math.round(words * (0.5 + random.double())));
    return Array.from({ length }, (_, i) => dressed(random, word(), i));
  };
  const references: string[] = [];
  const a: string[] = [];
  const b: string[] = [];
  for (let i = 0; i < pairs; i++) {
    const text = Array.from({ length: lines }, sentence);
    const join = (edit: (line: string[]) => string[]): string =>
      text.map((line) => `${edit(line).join(" ")}.`).join("\n");
    references.push(join((line) => line));
    a.push(join((line) => damaged(random, line, { rate: 0.15, word })));
    b.push(join((line) => damaged(random, line, { rate: 0.151, word })));
  }
  return { references, a, b };
}

function invented(random: Mt19937): string {
  const syllables = 1 + Math.floor(random.double() ** 2 * 4);
  const pick = (letters: string): string => letters[Math.floor(random.double() * letters.length)] as string;
  let text = "";
  for (let s = 0; s < syllables; s++)
    text += pick("bcdfghklmnprstvw") + pick("aeiou") + (random.double() < 0.4 ? pick("nrst") : "");
  return text + (random.double() < 0.2 ? "ing" : random.double() < 0.2 ? "ed" : "");
}

function dressed(random: Mt19937, word: string, position: number): string {
  const chance = random.double();
  if (position === 0 || chance < 0.04) return word.charAt(0).toUpperCase() + word.slice(1);
  if (chance < 0.07) return String(Math.floor(chance * 1e6) % 5000);
  if (chance < 0.13) return `${word},`;
  return chance < 0.14 ? `(${word})` : word;
}

/** Words left out, replaced, doubled, and swapped with the next. */
function damaged(
  random: Mt19937,
  line: readonly string[],
  { rate, word }: { readonly rate: number; readonly word: () => string },
): string[] {
  const result: string[] = [];
  for (const one of line) {
    const chance = random.double() / rate;
    if (chance >= 1) result.push(one);
    else if (chance < 0.4) result.push(word());
    else if (chance < 0.6) result.push(one, one);
    else if (chance < 0.8) result.splice(-1, 0, one);
  }
  return result.length > 0 ? result : [word()];
}
