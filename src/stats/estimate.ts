import type { Estimate } from "../core/estimate.ts";
import type { Sufficient } from "../core/sufficient.ts";
import { bootstrap } from "./bootstrap.ts";
import { clusterCodes } from "./clusters.ts";
import type { ClusterCodes, Clusters } from "./clusters.ts";
import { clusteredError, meanInterval, moments } from "./mean.ts";
import { intervalName, bootstrapName } from "./method-name.ts";
import { wilson } from "./proportion.ts";
import { percentileInterval } from "./quantile.ts";
import { columnSums } from "./resample.ts";
import { totalEstimate } from "./total.ts";
import { weightedEstimate } from "./weighted-mean.ts";

export interface EstimateOptions {
  /** Seed of the bootstrap: a whole number from 0 to 2^53. */
  readonly seed: number;
  /** Confidence level, 0.95 by default. */
  readonly level?: number;
  /** Bootstrap resamples, 1000 by default. */
  readonly resamples?: number;
  /** Smallest and largest value possible; the interval stays within. */
  readonly range?: readonly [number, number];
  /** One key a row: rows with equal keys depend on each other (answers about one document, repeats of one prompt). */
  readonly clusters?: Clusters;
}

/**
 * A value with its confidence interval, null for no samples and where they define none: Wilson's interval for
 * proportions, Student's t for means, the same with effective sample sizes where samples have weights, the percentile
 * bootstrap for everything else; with clusters, the cluster-robust t interval and the cluster bootstrap.
 * A mean whose samples are all equal shows no spread to estimate from: within finite bounds it gets Wilson's interval,
 * as if it were a proportion of the range, which is the widest such data allow. The interval always holds the value.
 */
export function estimate(s: Sufficient, options: EstimateOptions): Estimate | null {
  if (s.n === 0) return null;
  const value = s.value(columnSums(s), s.n);
  if (Number.isNaN(value)) return null;
  if (s.total !== undefined) return totalEstimate(s, s.total, options.level ?? 0.95);
  if (s.weighted !== undefined) return weightedEstimate(s, options);
  const made = interval(s, value, options);
  const [floor, ceiling] = options.range ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  return {
    value,
    n: s.n,
    lo: Math.min(value, Math.max(floor, made.lo)),
    hi: Math.max(value, Math.min(ceiling, made.hi)),
    method: made.method,
  };
}

interface Interval {
  readonly lo: number;
  readonly hi: number;
  readonly method: string;
}

function interval(s: Sufficient, value: number, options: EstimateOptions): Interval {
  const { level = 0.95, resamples = 1000, seed } = options;
  const clusters = options.clusters === undefined ? undefined : clusterCodes(options.clusters);
  const units = clusters?.count ?? s.n;
  if (s.proportion && clusters === undefined) {
    const [lo, hi] = wilson((columnSums(s)[0] ?? 0) / s.n, s.n, { level, scale: s.scale });
    return { lo, hi, method: intervalName("wilson", level) };
  }
  if (units < 2) return withoutSpread(value, units, options);
  if (s.mean || s.proportion) return ofMean(s, value, { clusters, options });
  const drawn = bootstrap(s, { resamples, seed, ...(clusters === undefined ? {} : { clusters }) });
  const { lo, hi, used } = percentileInterval(drawn.values, level);
  if (used === 0) return { lo: value, hi: value, method: "none (no resample has a value)" };
  return { lo, hi, method: bootstrapName({ level, resamples, used, seed, units: drawn.units }) };
}

interface MeanSettings {
  readonly clusters: ClusterCodes | undefined;
  readonly options: EstimateOptions;
}

function ofMean(s: Sufficient, value: number, { clusters, options }: MeanSettings): Interval {
  const level = options.level ?? 0.95;
  const { sd } = moments(s.rows);
  const units = clusters?.count ?? s.n;
  const error = clusters === undefined ? sd / Math.sqrt(s.n) : clusteredError(s.rows, clusters, "corrected");
  if (error === 0) return withoutSpread(value, units, options);
  const [lo, hi] = meanInterval(value, error * Math.abs(s.scale), { df: units - 1, level });
  return { lo, hi, method: intervalName("t", level, clusters === undefined ? undefined : `${units} clusters`) };
}

/** For equal samples, a single sample, or a single cluster: `units` independent observations without variation. */
function withoutSpread(value: number, units: number, { range, level = 0.95 }: EstimateOptions): Interval {
  const [floor, ceiling] = range ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const span = ceiling - floor;
  if (!Number.isFinite(span) || span <= 0) return { lo: value, hi: value, method: "none (no spread)" };
  const [lo, hi] = wilson((value - floor) / span, units, { level, scale: span });
  return { lo: floor + lo, hi: floor + hi, method: intervalName("wilson", level, "no spread") };
}
