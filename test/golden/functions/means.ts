import { bootstrap, pairedBootstrap } from "../../../src/stats/bootstrap.ts";
import { basicInterval, bcaInterval } from "../../../src/stats/bootstrap-interval.ts";
import { clusterCodes } from "../../../src/stats/clusters.ts";
import { pearson } from "../../../src/stats/correlation.ts";
import { clusteredError, meanInterval, moments, standardError } from "../../../src/stats/mean.ts";
import { normalTwoSided } from "../../../src/stats/normal.ts";
import { percentileInterval } from "../../../src/stats/quantile.ts";
import { tTwoSided } from "../../../src/stats/student-t.ts";
import type { Sufficient } from "../../../src/core/sufficient.ts";
import type { GoldenFunction } from "../golden-file.ts";

/** Standard errors, differences and bootstraps of means. */
export const meanFunctions: Record<string, GoldenFunction> = {
  "stat.mean_se": (input, params) => {
    const { values, clusters } = input as { values: number[]; clusters: string[] };
    const level = params["level"] as number;
    const codes = clusterCodes(clusters);
    const { mean, n } = moments(values);
    const error = standardError(values);
    const corrected = clusteredError(values, codes, "corrected");
    const miller = clusteredError(values, codes, "none");
    return {
      mean,
      se_clt: error,
      se_bernoulli: Math.sqrt((mean * (1 - mean)) / n),
      se_cluster_miller: miller,
      se_cluster_inspect: corrected,
      n_clusters: codes.count,
      ci_z: meanInterval(mean, error, { df: Number.POSITIVE_INFINITY, level }),
      ci_t: meanInterval(mean, error, { df: n - 1, level }),
      ci_t_cluster: meanInterval(mean, corrected, { df: codes.count - 1, level }),
      deff: (miller / error) ** 2,
    };
  },
  "stat.paired_diff": (input, params) => {
    const { a, b, clusters } = input as { a: number[]; b: number[]; clusters: string[] };
    const codes = clusterCodes(clusters);
    const differences = b.map((x, i) => x - (a[i] as number));
    const { mean, n } = moments(differences);
    const error = standardError(differences);
    return {
      mean_diff: mean,
      se_paired: error,
      se_unpaired: Math.hypot(standardError(a), standardError(b)),
      corr: pearson(a, b),
      z: mean / error,
      t: mean / error,
      p_z: normalTwoSided(mean / error),
      p_t: tTwoSided(mean / error, n - 1),
      ci_z: meanInterval(mean, error, { df: Number.POSITIVE_INFINITY, level: params["level"] as number }),
      se_cluster_miller: clusteredError(differences, codes, "none"),
      se_cluster_inspect: clusteredError(differences, codes, "corrected"),
    };
  },
  "stat.bootstrap": (input, params) => {
    const { values } = input as { values: number[] };
    const { method, n_resamples, level, seed } = params as BootstrapParams;
    const drawn = bootstrap(meanOf(values), { resamples: n_resamples, seed }).values;
    const observed = moments(values).mean;
    const sum = observed * values.length;
    const leaveOneOut = Float64Array.from(values, (x) => (sum - x) / (values.length - 1));
    const percentile = percentileInterval(drawn, level);
    const [low, high] =
      method === "percentile"
        ? [percentile.lo, percentile.hi]
        : method === "basic"
          ? basicInterval(drawn, { level, observed })
          : bcaInterval(drawn, { level, observed, leaveOneOut });
    return { low, high, se: moments(drawn).sd };
  },
  "stat.bootstrap_paired": (input, params) => {
    const { a, b } = input as { a: number[]; b: number[] };
    const { n_resamples, level, seed } = params as BootstrapParams;
    const drawn = pairedBootstrap(meanOf(a), meanOf(b), { resamples: n_resamples, seed });
    const differences = drawn.b.map((x, i) => x - (drawn.a[i] as number));
    const { lo, hi } = percentileInterval(differences, level);
    return { low: lo, high: hi, se: moments(differences).sd };
  },
};

type BootstrapParams = {
  readonly method: "percentile" | "basic" | "BCa";
  readonly n_resamples: number;
  readonly level: number;
  readonly seed: number;
};

function meanOf(values: readonly number[]): Sufficient {
  return {
    n: values.length,
    width: 1,
    rows: Float64Array.from(values),
    proportion: false,
    mean: true,
    scale: 1,
    value: (sums, n) => (sums[0] as number) / n,
  };
}
