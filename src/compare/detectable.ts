import { normalQuantile } from "../stats/normal.ts";
import { smallestDetectableDifference } from "../stats/power.ts";
import type { Cell } from "./comparison.ts";

/**
 * The smallest paired difference, in the metric's unit, that this many samples show with 80 % power at the 5 % level:
 * from the standard errors that the differences in the table really have, the median of them. Null without any.
 */
export function detectableDifference(cells: readonly Cell[]): number | null {
  const errors = cells
    .flatMap(({ difference }) =>
      difference === null ? [] : [(difference.hi - difference.lo) / (2 * normalQuantile(0.975))],
    )
    .filter((error) => error > 0)
    .sort((a, b) => a - b);
  const typical = errors[Math.floor(errors.length / 2)];
  return typical === undefined ? null : smallestDetectableDifference({ n: 1, sd: typical });
}
