import { pairedDifference } from "../stats/paired.ts";
import { holm } from "../stats/multiple.ts";
import type { PairedDifference } from "./comparison.ts";
import { pairColumns, type MetricColumn } from "./metric-column.ts";

/** A difference before it is corrected for how many were looked at. */
export type RawDifference = Omit<PairedDifference, "pAdjusted" | "significant">;

/** Two per-sample scores closer than this are the same: they differ by rounding. */
const SAME = 1e-9;

/** `head` minus `base` over the samples that both have; null when there is none. */
export function difference(
  base: MetricColumn,
  head: MetricColumn,
  options: { readonly seed: number; readonly higherIsBetter: boolean },
): RawDifference | null {
  const [a, b] = pairColumns(base, head);
  if (a.sufficient.n === 0) return null;
  const paired = pairedDifference(a.sufficient, b.sufficient, {
    seed: options.seed,
    perSampleA: a.perSample,
    perSampleB: b.perSample,
  });
  // No sample of a total is left to have changed.
  if (a.sufficient.total !== undefined) return { ...paired, fixed: 0, broken: 0, same: 0 };
  let fixed = 0;
  let broken = 0;
  for (let index = 0; index < a.perSample.length; index++) {
    const change = (b.perSample[index] ?? 0) - (a.perSample[index] ?? 0);
    if (Math.abs(change) <= SAME) continue;
    if (change > 0 === options.higherIsBetter) fixed++;
    else broken++;
  }
  return { ...paired, fixed, broken, same: a.perSample.length - fixed - broken };
}

/** Holm's correction (Holm 1979) over everything that is shown together. */
export function correct(raw: readonly RawDifference[], alpha: number): PairedDifference[] {
  const adjusted = holm(raw.map((item) => item.p));
  return raw.map((item, index) => {
    const pAdjusted = adjusted[index] ?? 1;
    return { ...item, pAdjusted, significant: pAdjusted < alpha };
  });
}
