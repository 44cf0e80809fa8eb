import type { Estimate } from "../../core/estimate.ts";
import { binomialTest } from "../../stats/binomial.ts";
import { wilson } from "../../stats/proportion.ts";
import { pickedBy, type JudgedItem } from "./judged-item.ts";

/** How often the answer that stood first was picked. */
export interface PositionBias {
  /** Verdicts that picked the first answer, and any answer. */
  readonly first: number;
  readonly picked: number;
  readonly rate: Estimate | null;
  /** The share that each place gets without a bias: one half for pairs. */
  readonly expected: number;
  /** Two-sided binomial test against `expected`. */
  readonly p: number;
}

/** Over single verdicts: places are balanced, so without a bias each is picked equally often. */
export function positionBias(items: readonly JudgedItem[]): PositionBias {
  const verdicts = items
    .filter(({ entry }) => entry.kind !== "gold")
    .flatMap(({ entry, answers }) =>
      answers.filter(({ value }) => pickedBy(value, entry) !== null).map(({ value }) => ({ value, entry })),
    );
  const picked = verdicts.length;
  const first = verdicts.filter(({ value }) => value === "A").length;
  if (picked === 0) return { first, picked, rate: null, expected: 0.5, p: 1 };
  const expected = verdicts.reduce((sum, { entry }) => sum + 1 / entry.checkpoints.length, 0) / picked;
  const [lo, hi] = wilson(first / picked, picked, { level: 0.95 });
  const rate = { value: first / picked, n: picked, lo, hi, method: "wilson-95" };
  return { first, picked, rate, expected, p: binomialTest(first, picked, expected) };
}
