import type { HumanForm } from "./sheet.ts";
import { wilson } from "../stats/proportion.ts";
import { binomialTest } from "../stats/binomial.ts";

/** What a number of answers can show. */
export interface Margin {
  /** Half the width of the 95 % interval of a share near one half, in percentage points. */
  readonly points: number;
  /** Wins of that many decisive answers that a sign test at 5 % needs. */
  readonly winsNeeded: number;
}

/** The margin of `n` answers, to be told before anybody is asked. */
export function marginOf(n: number): Margin {
  const [lo, hi] = wilson(0.5, n, { level: 0.95, scale: 100 });
  let winsNeeded = Math.ceil(n / 2);
  while (winsNeeded <= n && binomialTest(winsNeeded, n) >= 0.05) winsNeeded++;
  return { points: (hi - lo) / 2, winsNeeded };
}

/**
 * The same in a sentence, for answers that are shared out among several checkpoints or pairs of them: in points of the
 * scale for ratings, with the sign test for pairs.
 */
export function marginText(answers: number, form: HumanForm, groups = 1): string {
  const n = Math.max(1, Math.floor(answers / groups));
  const { points, winsNeeded } = marginOf(n);
  const each = groups === 1 ? "" : ` of each of ${groups} ${form === "pairwise" ? "pairs" : "checkpoints"}`;
  const subject = `${n === 1 ? "1 answer" : `${n} answers`}${each} show${n === 1 ? "s" : ""}`;
  if (form === "rating") return `${subject} differences from about ±${(points / 25).toFixed(1)} of 1 to 5 (95 %)`;
  const shown = `${subject} differences from about ±${points.toFixed(0)} points (95 %)`;
  if (form !== "pairwise") return shown;
  const test = winsNeeded > n ? "no result is significant" : `${winsNeeded} wins are significant`;
  return `${shown}; of ${n} decisive ones ${test}`;
}
