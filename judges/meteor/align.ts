import { stem } from "../rouge/porter.ts";

/** Words of a text that are not matched yet, each with its position. */
type Open = readonly (readonly [position: number, word: string])[];

type Match = readonly [hypothesis: number, reference: number];

/** Synonyms of a lowercase word, itself not among them. */
export type Synonyms = (word: string) => Iterable<string>;

/** METEOR's parameters (Lavie and Agarwal 2007), by nltk's names. */
export interface MeteorParameters {
  readonly alpha: number;
  readonly beta: number;
  readonly gamma: number;
}

interface Stage {
  readonly matches: readonly Match[];
  readonly hypothesis: Open;
  readonly reference: Open;
}

/**
 * Matches words one to one, both texts from their ends: each word of the hypothesis takes the last open word of the
 * reference that is one of its forms.
 */
function matchStage(hypothesis: Open, reference: Open, formsOf: (word: string) => Iterable<string>): Stage {
  const positions = new Map<string, number[]>();
  for (const [index, [, word]] of reference.entries()) {
    const known = positions.get(word);
    if (known === undefined) positions.set(word, [index]);
    else known.push(index);
  }
  const matches: Match[] = [];
  const open = new Set(reference.keys());
  const left: (readonly [number, string])[] = [];
  for (const [position, word] of hypothesis.toReversed()) {
    let latest: number[] | undefined;
    for (const form of formsOf(word)) {
      const places = positions.get(form);
      if ((places?.at(-1) ?? -1) > (latest?.at(-1) ?? -1)) latest = places;
    }
    const taken = latest?.pop();
    if (taken === undefined) {
      left.push([position, word]);
      continue;
    }
    open.delete(taken);
    matches.push([position, (reference[taken] as readonly [number, string])[0]]);
  }
  return { matches, hypothesis: left.reverse(), reference: reference.filter((_, index) => open.has(index)) };
}

/** Stems are of words of at least three characters; the stemmer counts UTF-16 units. */
function stemmed(open: Open): Open {
  return open.map(([position, word]) => [position, word.length < 5 && Array.from(word).length < 3 ? word : stem(word)]);
}

function countChunks(matches: readonly Match[]): number {
  let chunks = 0;
  let previous: Match = [Number.NaN, Number.NaN];
  for (const match of matches) {
    if (match[0] !== previous[0] + 1 || match[1] !== previous[1] + 1) chunks++;
    previous = match;
  }
  return chunks;
}

/**
 * METEOR of lowercase words, 0 to 1: the same words are matched first, then the same stems, then synonyms. Equal to nltk
 * 3.10.4's single_meteor_score.
 */
export function meteorScore(
  hypothesis: readonly string[],
  reference: readonly string[],
  { alpha, beta, gamma, synonyms }: MeteorParameters & { readonly synonyms: Synonyms | null },
): number {
  const exact = matchStage([...hypothesis.entries()], [...reference.entries()], (word) => [word]);
  const stems = matchStage(stemmed(exact.hypothesis), stemmed(exact.reference), (word) => [word]);
  // What is left are stems, also in nltk: a synonym is looked up for the stem.
  const others = matchStage(stems.hypothesis, stems.reference, (word) =>
    synonyms === null ? [word] : [word, ...synonyms(word)],
  );
  const matches = [...exact.matches, ...stems.matches, ...others.matches].sort((a, b) => a[0] - b[0]);
  if (matches.length === 0) return 0;
  const precision = matches.length / hypothesis.length;
  const recall = matches.length / reference.length;
  const mean = (precision * recall) / (alpha * precision + (1 - alpha) * recall);
  const penalty = gamma * (countChunks(matches) / matches.length) ** beta;
  return (1 - penalty) * mean;
}
