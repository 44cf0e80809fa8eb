import { moments } from "./mean.ts";
import { tTwoSided } from "./student-t.ts";

/** Where a series of runs over the same samples changed its level. */
export interface ChangePoint {
  /** Index of the first run at the new level. */
  readonly at: number;
  /** Mean score from there to the next change, less the mean from the change before. */
  readonly value: number;
  /** Two-sided, corrected for all places that were looked at in its segment. */
  readonly p: number;
}

export interface ChangePointOptions {
  /** Probability of finding a change in a series without one, at most. */
  readonly alpha: number;
}

/**
 * Change points by binary segmentation (Scott and Knott 1974): the place where a paired t-test between the samples' mean
 * scores before and after is most significant, then the same within both parts; at the end every place must hold against
 * its neighbours, the least significant going first. Pairing by sample takes out how hard the samples are, so that a slow
 * decline of many small steps is found as well as a jump. Bonferroni's correction for the places of a segment is on the
 * safe side, for neighbouring places agree.
 * @param series one array a run, oldest first, all over the same samples in the same order
 */
export function changePoints(series: readonly Float64Array[], { alpha }: ChangePointOptions): ChangePoint[] {
  const places: number[] = [];
  const pending: [number, number][] = [[0, series.length]];
  for (let segment = pending.pop(); segment !== undefined; segment = pending.pop()) {
    const [from, to] = segment;
    const best = mostSignificant(series, from, to);
    if (best === null || best.p >= alpha) continue;
    places.push(best.at);
    pending.push([from, best.at], [best.at, to]);
  }
  let held = tested(
    series,
    places.toSorted((a, b) => a - b),
  );
  while (held.some(({ p }) => p >= alpha)) {
    const worst = held.reduce((a, b) => (b.p > a.p ? b : a));
    held = tested(
      series,
      held.filter((each) => each !== worst).map(({ at }) => at),
    );
  }
  return held;
}

/** Every place with the difference between the segments on its two sides. */
function tested(series: readonly Float64Array[], places: readonly number[]): ChangePoint[] {
  return places.map((at, index) => {
    const from = places[index - 1] ?? 0;
    const to = places[index + 1] ?? series.length;
    const before = meanScores(series, from, at);
    const after = meanScores(series, at, to);
    const { mean, p } = pairedTest(after.map((value, i) => value - (before[i] as number)));
    return { at, value: mean, p: Math.min(1, (to - from - 1) * p) };
  });
}

interface Place {
  readonly at: number;
  readonly p: number;
  readonly distance: number;
}

function mostSignificant(series: readonly Float64Array[], from: number, to: number): Place | null {
  const places = to - from - 1;
  if (places < 1 || (series[from]?.length ?? 0) < 2) return null;
  const total = meanScores(series, from, to).map((mean) => mean * (to - from));
  const left = new Float64Array(total.length);
  let best: Place | null = null;
  for (let at = from + 1; at < to; at++) {
    const run = series[at - 1] as Float64Array;
    for (let i = 0; i < left.length; i++) left[i] = (left[i] as number) + (run[i] as number);
    const test = pairedTest(left.map((sum, i) => ((total[i] as number) - sum) / (to - at) - sum / (at - from)));
    const place = { at, p: Math.min(1, places * test.p), distance: Math.abs(test.mean) };
    // Where p is too small to tell places apart, the larger step decides.
    if (best === null || place.p < best.p || (place.p === best.p && place.distance > best.distance)) best = place;
  }
  return best;
}

/** Mean score of each sample over some runs. */
function meanScores(series: readonly Float64Array[], from: number, to: number): Float64Array {
  const sum = new Float64Array(series[from]?.length ?? 0);
  for (const run of series.slice(from, to)) {
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + (run[i] as number);
  }
  return sum.map((value) => value / (to - from));
}

function pairedTest(differences: Float64Array): { readonly mean: number; readonly p: number } {
  const { n, mean, sd } = moments(differences);
  if (mean === 0) return { mean, p: 1 };
  // Equal differences on all samples: what remains is that all signs agree.
  if (sd === 0) return { mean, p: 2 * 0.5 ** n };
  return { mean, p: tTwoSided(mean / (sd / Math.sqrt(n)), n - 1) };
}
