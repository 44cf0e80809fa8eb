/** Buckets to a doubling: values are kept to 1/1024, a tenth of a per cent. */
const PER_OCTAVE = 1024;
/** Smallest and largest value told apart: a microsecond and about 18 minutes, in milliseconds. */
const LOWEST = 0.001;
const OCTAVES = 30;

/**
 * Durations in milliseconds in buckets whose width grows with the value, as in G. Tene's HdrHistogram: a quantile is off
 * by at most 0.1 %, and memory does not grow with the number of values.
 */
export interface Histogram {
  add(ms: number): void;
  readonly n: number;
  /** NaN without values. */
  readonly mean: number;
  /** Standard deviation with n − 1; NaN for fewer than two values. */
  readonly sd: number;
  readonly min: number;
  readonly max: number;
  /** The value of rank ⌈q·n⌉ (nearest rank), 0 < q ≤ 1; NaN without values. */
  quantile(q: number): number;
  /** The value of a rank from 1 to n. */
  atRank(rank: number): number;
}

function bucketOf(ms: number): number {
  if (!(ms > LOWEST)) return 0;
  return Math.min(PER_OCTAVE * OCTAVES, 1 + Math.floor(Math.log2(ms / LOWEST) * PER_OCTAVE));
}

/** The middle of a bucket, on the scale that buckets are even on. */
function middleOf(bucket: number): number {
  return bucket === 0 ? 0 : LOWEST * 2 ** ((bucket - 0.5) / PER_OCTAVE);
}

export function createHistogram(): Histogram {
  const counts = new Uint32Array(PER_OCTAVE * OCTAVES + 1);
  let n = 0;
  let sum = 0;
  let squares = 0;
  let min = Infinity;
  let max = -Infinity;
  const atRank = (rank: number): number => {
    if (n === 0) return NaN;
    if (rank <= 1) return min;
    if (rank >= n) return max;
    let seen = 0;
    for (let bucket = 0; bucket < counts.length; bucket++) {
      seen += counts[bucket] as number;
      if (seen >= rank) return Math.min(max, Math.max(min, middleOf(bucket)));
    }
    return max;
  };
  return {
    add(ms) {
      const bucket = bucketOf(ms);
      counts[bucket] = (counts[bucket] as number) + 1;
      n++;
      sum += ms;
      squares += ms * ms;
      if (ms < min) min = ms;
      if (ms > max) max = ms;
    },
    get n() {
      return n;
    },
    get mean() {
      return n === 0 ? NaN : sum / n;
    },
    get sd() {
      return n < 2 ? NaN : Math.sqrt(Math.max(0, (squares - (sum * sum) / n) / (n - 1)));
    },
    get min() {
      return n === 0 ? NaN : min;
    },
    get max() {
      return n === 0 ? NaN : max;
    },
    quantile: (q) => atRank(Math.ceil(q * n)),
    atRank,
  };
}
