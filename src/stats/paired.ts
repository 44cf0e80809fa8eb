import type { Sufficient } from "../core/sufficient.ts";
import { pairedBootstrap } from "./bootstrap.ts";
import type { PairedBootstrapValues } from "./bootstrap.ts";
import { clusterCodes } from "./clusters.ts";
import type { ClusterCodes, Clusters } from "./clusters.ts";
import { exceedance, sacrebleuBootstrapP } from "./exceedance.ts";
import { bonettPrice, mcnemarExact } from "./mcnemar.ts";
import { clusteredError, meanInterval, moments } from "./mean.ts";
import { percent } from "./method-name.ts";
import { percentileInterval } from "./quantile.ts";
import { shuffledDifferences } from "./randomisation.ts";
import { columnSums } from "./resample.ts";
import { tTwoSided } from "./student-t.ts";
import { totalDifference } from "./total.ts";
import { unitsRemark } from "./units.ts";
import type { Units } from "./units.ts";
import { wilcoxon } from "./wilcoxon.ts";

/**
 * "auto": exact McNemar for proportions, paired t for means, approximate randomisation for corpus metrics. The others
 * apply to any metric. "bootstrap" is sacrebleu's paired bootstrap, whose p is close to that of a one-sided test: where
 * nothing differs it falls below 0.05 about one time in eight. "wilcoxon" looks at per-sample scores only. Corpus
 * metrics always get a percentile interval from a paired bootstrap.
 */
type PairedMethod = "auto" | "bootstrap" | "randomisation" | "wilcoxon";

export interface PairedOptions {
  /** Seed of resampling: a whole number from 0 to 2^53. */
  readonly seed: number;
  /** Bootstrap resamples, 1000 by default. */
  readonly resamples?: number;
  /** Trials of approximate randomisation, 10,000 by default: p cannot be smaller than one in that many. */
  readonly trials?: number;
  /** Confidence level, 0.95 by default. */
  readonly level?: number;
  readonly method?: PairedMethod;
  /** Score of each sample under `a` and under `b`, in the order of the rows. */
  readonly perSampleA: Float64Array;
  readonly perSampleB: Float64Array;
  /** One key a row: rows with equal keys depend on each other. */
  readonly clusters?: Clusters;
}

/** The difference between two systems on the same samples. */
export interface PairedResult {
  /** Value of `b` less the value of `a`. */
  readonly value: number;
  readonly lo: number;
  readonly hi: number;
  readonly n: number;
  /** Two-sided. 1 where the systems do not differ on any sample. */
  readonly p: number;
  /** How p and the interval were made, for example "mcnemar-exact; bonett-price-95". */
  readonly test: string;
}

/**
 * Compares two systems by the difference b − a over the same rows in the same order, at least one. The interval always
 * holds the value.
 */
export function pairedDifference(a: Sufficient, b: Sufficient, options: PairedOptions): PairedResult {
  if (a.n !== b.n || a.n === 0) throw new RangeError(`cannot pair statistics of ${a.n} and ${b.n} rows`);
  const value = b.value(columnSums(b), b.n) - a.value(columnSums(a), a.n);
  if (a.total !== undefined || b.total !== undefined) {
    return { value, ...totalDifference(a, b, options.level ?? 0.95) };
  }
  const clusters = options.clusters === undefined ? undefined : clusterCodes(options.clusters);
  const pair: Pair = {
    a,
    b,
    value,
    level: options.level ?? 0.95,
    resamples: options.resamples ?? 1000,
    clusters,
    options,
  };
  const { lo, hi, p, test } = tested(pair);
  return { value, lo: Math.min(lo, value), hi: Math.max(hi, value), n: a.n, p, test };
}

interface Pair {
  readonly a: Sufficient;
  readonly b: Sufficient;
  readonly value: number;
  readonly level: number;
  readonly resamples: number;
  readonly clusters: ClusterCodes | undefined;
  readonly options: PairedOptions;
}

interface Tested {
  readonly lo: number;
  readonly hi: number;
  readonly p: number;
  readonly test: string;
}

function tested(pair: Pair): Tested {
  const { a, b, clusters } = pair;
  if (same(a.rows, b.rows)) return { ...bounds(pair), p: 1, test: "none (identical on every sample)" };
  const method = pair.options.method ?? "auto";
  if (method === "wilcoxon") return byRanks(pair);
  if (method === "auto" && a.proportion && b.proportion && clusters === undefined) return byMcnemar(pair);
  if (method === "auto" && (a.mean || a.proportion) && (b.mean || b.proportion)) return byMeans(pair);
  return byResampling(pair, method === "bootstrap" ? "bootstrap" : "randomisation");
}

function byMcnemar({ a, b, level }: Pair): Tested {
  const counts = discordant(a.rows, b.rows);
  const [lo, hi] = bonettPrice(counts, a.n, level);
  const test = `mcnemar-exact; bonett-price-${percent(level)}`;
  return { lo: lo * b.scale, hi: hi * b.scale, p: mcnemarExact(counts), test };
}

function byMeans({ a, b, value, level, clusters }: Pair): Tested {
  const differences = b.rows.map((x, i) => x * b.scale - (a.rows[i] as number) * a.scale);
  const units = clusters?.count ?? a.n;
  const error =
    clusters === undefined
      ? moments(differences).sd / Math.sqrt(a.n)
      : clusteredError(differences, clusters, "corrected");
  // Equal differences leave nothing to estimate an error from: what remains is that all signs agree.
  if (units < 2 || error === 0) return { lo: value, hi: value, p: Math.min(1, 2 * 0.5 ** units), test: "sign-exact" };
  const df = units - 1;
  const [lo, hi] = meanInterval(value, error, { df, level });
  const test = clusters === undefined ? "paired-t" : `paired-t (${units} clusters)`;
  return { lo, hi, p: tTwoSided(value / error, df), test: `${test}; t-${percent(level)}` };
}

function byRanks(pair: Pair): Tested {
  const { perSampleA, perSampleB } = pair.options;
  const differences = perSampleB.map((x, i) => x - (perSampleA[i] as number));
  const { lo, hi, name } = resampledBounds(pair);
  return { lo, hi, p: wilcoxon(differences).p, test: `wilcoxon; ${name}` };
}

function byResampling(pair: Pair, method: "bootstrap" | "randomisation"): Tested {
  const { a, b, value, resamples, clusters, options } = pair;
  const { lo, hi, name, drawn } = resampledBounds(pair);
  const named = (test: string, count: number, units: Units): string =>
    `${test} (${count}, seed ${options.seed}${unitsRemark(units)}); ${name}`;
  if (method === "bootstrap") {
    const p = value === 0 ? 1 : sacrebleuBootstrapP(drawn.a, drawn.b, value);
    return { lo, hi, p, test: named("paired-bootstrap", resamples, drawn.units) };
  }
  const trials = options.trials ?? 10_000;
  const { differences, units } = shuffledDifferences(a, b, { trials, seed: options.seed, clusters });
  const p = value === 0 ? 1 : exceedance(differences, Math.abs(value));
  return { lo, hi, p, test: named("approximate-randomisation", trials, units) };
}

/** Percentile interval of the difference over paired resamples. */
function resampledBounds({ a, b, level, resamples, clusters, options }: Pair): {
  readonly lo: number;
  readonly hi: number;
  readonly name: string;
  readonly drawn: PairedBootstrapValues;
} {
  const drawn = pairedBootstrap(a, b, { resamples, seed: options.seed, clusters });
  const { lo, hi } = percentileInterval(
    drawn.b.map((x, i) => x - (drawn.a[i] as number)),
    level,
  );
  return { lo, hi, name: `bootstrap-percentile-${percent(level)}`, drawn };
}

/** Interval of systems that agree on every row: of a proportion still as wide as n leaves it, else nothing. */
function bounds({ a, level }: Pair): { readonly lo: number; readonly hi: number } {
  if (!a.proportion) return { lo: 0, hi: 0 };
  const [lo, hi] = bonettPrice({ onlyA: 0, onlyB: 0 }, a.n, level);
  return { lo: lo * a.scale, hi: hi * a.scale };
}

function discordant(a: Float64Array, b: Float64Array): { readonly onlyA: number; readonly onlyB: number } {
  let onlyA = 0;
  let onlyB = 0;
  for (let i = 0; i < a.length; i++) {
    if ((a[i] as number) > (b[i] as number)) onlyA++;
    else if ((a[i] as number) < (b[i] as number)) onlyB++;
  }
  return { onlyA, onlyB };
}

function same(a: Float64Array, b: Float64Array): boolean {
  return a.length === b.length && a.every((x, i) => x === b[i]);
}
