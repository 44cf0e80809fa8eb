import type { Sufficient } from "../core/sufficient.ts";
import type { ClusterCodes } from "./clusters.ts";
import { pcg64 } from "./pcg64.ts";
import { forEachResample, joinColumns } from "./resample.ts";
import { BOOTSTRAP_GROUPING, drawnUnits } from "./units.ts";
import type { Units } from "./units.ts";

export interface BootstrapOptions {
  readonly resamples: number;
  /** A whole number from 0 to 2^53. */
  readonly seed: number;
  /** Draw whole clusters. */
  readonly clusters?: ClusterCodes | undefined;
}

/** Values of a statistic over bootstrap resamples. */
export interface BootstrapValues {
  readonly values: Float64Array;
  readonly units: Units;
}

/** Values of a statistic over resamples of its rows, clusters or groups of rows (see `drawnUnits`). */
export function bootstrap(s: Sufficient, { resamples, seed, clusters }: BootstrapOptions): BootstrapValues {
  const values = new Float64Array(resamples);
  const { data, counted, units } = drawnUnits(s, clusters, BOOTSTRAP_GROUPING);
  let r = 0;
  forEachResample(data, { resamples, generator: pcg64(seed) }, (sums) => {
    values[r++] = s.value(sums.subarray(0, s.width), counted ? (sums[s.width] as number) : s.n);
  });
  return { values, units };
}

/** Values of two statistics over the same resamples of their common rows. */
export interface PairedBootstrapValues {
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly units: Units;
}

/**
 * Resamples two statistics over the same rows together (P. Koehn, "Statistical Significance Tests for Machine
 * Translation Evaluation", 2004), with the draws of sacrebleu's `--paired-bs` for the same seed.
 */
export function pairedBootstrap(
  a: Sufficient,
  b: Sufficient,
  { resamples, seed, clusters }: BootstrapOptions,
): PairedBootstrapValues {
  const valuesA = new Float64Array(resamples);
  const valuesB = new Float64Array(resamples);
  const joined = joinColumns(a, b);
  const { data, counted, units } = drawnUnits(joined, clusters, BOOTSTRAP_GROUPING);
  let r = 0;
  forEachResample(data, { resamples, generator: pcg64(seed) }, (sums) => {
    const n = counted ? (sums[joined.width] as number) : a.n;
    valuesA[r] = a.value(sums.subarray(0, a.width), n);
    valuesB[r] = b.value(sums.subarray(a.width, joined.width), n);
    r++;
  });
  return { a: valuesA, b: valuesB, units };
}
