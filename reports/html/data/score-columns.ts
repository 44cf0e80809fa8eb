import { MOST_VALUES, NO_SCORE } from "./format.ts";

export interface EncodedScores {
  /** Distinct values, ascending. */
  readonly values: Float64Array;
  /** Place of each score in `values`; NO_SCORE for none. */
  readonly codes: Uint16Array;
}

/**
 * Scores as codes into the list of their distinct values: exact, and ordered as the scores are. Metrics with more
 * distinct values than codes are rounded onto evenly spaced levels.
 * @param scores NaN where there is none
 */
export function encodeScores(scores: Float64Array): EncodedScores {
  const distinct = distinctValues(scores);
  const values = distinct ?? levels(scores);
  const codes = new Uint16Array(scores.length).fill(NO_SCORE);
  const codeOf = distinct === null ? nearestLevel(values) : exactCode(values);
  for (let at = 0; at < scores.length; at++) {
    const score = scores[at] as number;
    if (Number.isFinite(score)) codes[at] = codeOf(score);
  }
  return { values, codes };
}

/** Ascending; null when there are more than codes for them. */
function distinctValues(scores: Float64Array): Float64Array | null {
  const seen = new Set<number>();
  for (const score of scores) {
    if (!Number.isFinite(score)) continue;
    seen.add(score);
    if (seen.size > MOST_VALUES) return null;
  }
  return Float64Array.from(seen).sort();
}

function exactCode(values: Float64Array): (score: number) => number {
  const codes = new Map(Array.from(values, (value, code) => [value, code]));
  return (score) => codes.get(score) ?? NO_SCORE;
}

function levels(scores: Float64Array): Float64Array {
  let low = Infinity;
  let high = -Infinity;
  for (const score of scores) {
    if (!Number.isFinite(score)) continue;
    low = Math.min(low, score);
    high = Math.max(high, score);
  }
  return Float64Array.from({ length: MOST_VALUES }, (_, level) => low + ((high - low) * level) / (MOST_VALUES - 1));
}

function nearestLevel(values: Float64Array): (score: number) => number {
  const low = values[0] as number;
  const step = (values[1] as number) - low;
  return (score) => Math.round((score - low) / step);
}
