import { isPythonSpace, trimPython } from "../overlap/python-space.ts";
import { type EditCounter, editCounter, type Edits } from "./edits.ts";

/**
 * Sums over samples from which all rates follow: word hits, substitutions, deletions, insertions; characters wrong,
 * characters of the references.
 */
export type ErrorCounts = readonly [
  hits: number,
  substitutions: number,
  deletions: number,
  insertions: number,
  characterErrors: number,
  characters: number,
];

/** Error rates of jiwer 4.0.0 as fractions: word, match, word information lost and preserved, character. */
export interface ErrorRates {
  /** Wrong words over words of the references; may exceed 1. */
  readonly wer: number;
  /** Wrong words over all aligned words, 0..1. */
  readonly mer: number;
  readonly wil: number;
  readonly wip: number;
  /** Wrong characters over characters of the references; may exceed 1. */
  readonly cer: number;
}

/** The words that jiwer compares: two or more white space characters are one space, and only spaces separate. */
export function speechWords(text: string): string[] {
  let collapsed = "";
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    if (!isPythonSpace(text.charCodeAt(i)) || !isPythonSpace(text.charCodeAt(i + 1))) continue;
    let end = i + 2;
    while (isPythonSpace(text.charCodeAt(end))) end++;
    collapsed += `${text.slice(from, i)} `;
    from = end;
    i = end - 1;
  }
  return trimPython(collapsed + text.slice(from))
    .split(" ")
    .filter((word) => word !== "");
}

/** Numbers words across the two texts of a comparison. */
function numbered(texts: readonly (readonly string[])[]): number[][] {
  const ids = new Map<string, number>();
  return texts.map((words) =>
    words.map((word) => {
      const id = ids.get(word) ?? ids.size;
      ids.set(word, id);
      return id;
    }),
  );
}

function codePoints(text: string): number[] {
  const trimmed = trimPython(text);
  const points: number[] = [];
  for (let i = 0; i < trimmed.length; i++) {
    const point = trimmed.codePointAt(i) as number;
    if (point > 0xffff) i++;
    points.push(point);
  }
  return points;
}

/** Counts the errors of a hypothesis against a reference. */
export type ErrorCounter = (reference: string, hypothesis: string) => ErrorCounts;

export function errorCounter(): ErrorCounter {
  const counter: EditCounter = editCounter();
  return (reference, hypothesis) => {
    const [wanted, given] = numbered([speechWords(reference), speechWords(hypothesis)]) as [number[], number[]];
    const words: Edits = counter.edits(wanted, given);
    const characters = codePoints(reference);
    const characterErrors = counter.distance(characters, codePoints(hypothesis));
    const { hits, substitutions, deletions, insertions } = words;
    return [hits, substitutions, deletions, insertions, characterErrors, characters.length];
  };
}

/** The rates of summed counts. A reference without words makes every inserted word a whole error, as in jiwer. */
export function errorRates(counts: ArrayLike<number>): ErrorRates {
  const [hits, substitutions, deletions, insertions, characterErrors, characters] = Array.from(counts) as number[] &
    ErrorCounts;
  const reference = hits + substitutions + deletions;
  const hypothesis = hits + substitutions + insertions;
  const errors = substitutions + deletions + insertions;
  const cer = characters === 0 ? characterErrors : characterErrors / characters;
  if (reference === 0) {
    const wip = hypothesis === 0 ? 1 : 0;
    return { wer: insertions, mer: 1 - wip, wil: 1 - wip, wip, cer };
  }
  const wip = hypothesis === 0 ? 0 : (hits / reference) * (hits / hypothesis);
  return { wer: errors / reference, mer: errors / (reference + insertions), wil: 1 - wip, wip, cer };
}
