import type { Estimate } from "../core/estimate.ts";
import { moments } from "./mean.ts";
import { intervalName } from "./method-name.ts";
import { normalQuantile } from "./normal.ts";
import { ranks } from "./ranks.ts";

/** Pearson's correlation; null where either side does not vary or there are fewer than two pairs. */
export function pearson(x: ArrayLike<number>, y: ArrayLike<number>): number | null {
  const mx = moments(x);
  const my = moments(y);
  if (!(mx.sd > 0) || !(my.sd > 0)) return null;
  let sum = 0;
  for (let i = 0; i < mx.n; i++) sum += (((x[i] as number) - mx.mean) / mx.sd) * (((y[i] as number) - my.mean) / my.sd);
  return Math.max(-1, Math.min(1, sum / (mx.n - 1)));
}

/** Spearman's rank correlation, ties sharing their mean rank. */
export function spearman(x: ArrayLike<number>, y: ArrayLike<number>): number | null {
  return pearson(ranks(x).ranks, ranks(y).ranks);
}

/**
 * Interval of a Spearman correlation by Fisher's transformation with the standard error √((1 + ρ²/2)/(n − 3)) (D. Bonett
 * and T. Wright, "Sample size requirements for estimating Pearson, Kendall and Spearman correlations", 2000); from −1
 * to 1 with fewer than four pairs.
 */
export function spearmanInterval(rho: number, n: number, level = 0.95): Estimate {
  const method = intervalName("bonett-wright", level);
  if (n < 4) return { value: rho, n, lo: -1, hi: 1, method };
  const half = normalQuantile((1 + level) / 2) * Math.sqrt((1 + rho ** 2 / 2) / (n - 3));
  // Short of ±1, whose transform is infinite.
  const z = Math.atanh(Math.max(-1 + 1e-12, Math.min(1 - 1e-12, rho)));
  return { value: rho, n, lo: Math.min(rho, Math.tanh(z - half)), hi: Math.max(rho, Math.tanh(z + half)), method };
}

/** Kendall's tau-b, in O(n log n) (W. R. Knight 1966); null where either side does not vary. */
export function kendallTauB(x: ArrayLike<number>, y: ArrayLike<number>): number | null {
  const n = x.length;
  const order = Uint32Array.from({ length: n }, (_, i) => i).sort(
    (i, j) => (x[i] as number) - (x[j] as number) || (y[i] as number) - (y[j] as number),
  );
  const sorted = Float64Array.from(order, (i) => y[i] as number);
  let joint = 0;
  for (let first = 0; first < n;) {
    let end = first + 1;
    const start = order[first] as number;
    while (end < n && x[order[end] as number] === x[start] && y[order[end] as number] === y[start]) end++;
    joint += pairs(end - first);
    first = end;
  }
  const tiedX = ranks(x).ties.reduce((sum, t) => sum + pairs(t), 0);
  const tiedY = ranks(y).ties.reduce((sum, t) => sum + pairs(t), 0);
  const all = pairs(n);
  const discordant = inversions(sorted);
  const concordantLess = all - tiedX - tiedY + joint - 2 * discordant;
  const scale = Math.sqrt(all - tiedX) * Math.sqrt(all - tiedY);
  return scale > 0 ? Math.max(-1, Math.min(1, concordantLess / scale)) : null;
}

function pairs(n: number): number {
  return (n * (n - 1)) / 2;
}

/** Pairs in descending order, counted while merging; sorts `values`. */
function inversions(values: Float64Array<ArrayBuffer>): number {
  let count = 0;
  let from = values;
  let to = new Float64Array(values.length);
  for (let size = 1; size < values.length; size *= 2) {
    for (let start = 0; start < values.length; start += 2 * size) {
      const middle = Math.min(start + size, values.length);
      const end = Math.min(start + 2 * size, values.length);
      let i = start;
      let j = middle;
      for (let k = start; k < end; k++) {
        const takeRight = i >= middle || (j < end && (from[j] as number) < (from[i] as number));
        if (takeRight) count += middle - i;
        to[k] = from[takeRight ? j++ : i++] as number;
      }
    }
    [from, to] = [to, from];
  }
  return count;
}
