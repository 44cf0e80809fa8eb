import type { ReportMeta } from "../data/format.ts";
import type { MetricScores } from "./report-data.ts";

/** How a sample's score moved over the series. */
export const TRAJECTORIES = [
  { name: "gained", title: "Gained", note: "ended higher than it began" },
  { name: "lost", title: "Lost", note: "ended lower than it began" },
  { name: "flip", title: "Flip-flop", note: "went up and down at least twice" },
  { name: "high", title: "Steady, high", note: "hardly moved, in the upper half of the range" },
  { name: "low", title: "Steady, low", note: "hardly moved, in the lower half of the range" },
  { name: "none", title: "Not scored", note: "fewer than two checkpoints gave a score" },
] as const;

export type Trajectory = (typeof TRAJECTORIES)[number]["name"];

/** Moves smaller than this share of the range are noise of a continuous metric. */
const SMALL = 0.05;

export function seriesPlaces(meta: ReportMeta): readonly number[] {
  return meta.checkpoints.flatMap(({ role }, place) => (role === "series" ? [place] : []));
}

/** Places in TRAJECTORIES, one a sample of the metric's task. */
export function trajectories(scores: MetricScores, series: readonly number[]): Uint8Array {
  const [low, high] = rangeOf(scores);
  const small = Math.max(1e-9, (high - low) * (scores.isBinary ? 0 : SMALL));
  const sign = scores.metric.higherIsBetter ? 1 : -1;
  const found = new Uint8Array(scores.count);
  for (let at = 0; at < scores.count; at++) {
    found[at] = TRAJECTORIES.findIndex(({ name }) => name === trajectory(scores, at + scores.start));
  }
  return found;

  function trajectory({ value }: MetricScores, sample: number): Trajectory {
    let first = Number.NaN;
    let last = Number.NaN;
    let turns = 0;
    let direction = 0;
    let settled = Number.NaN;
    for (const checkpoint of series) {
      const score = value(checkpoint, sample);
      if (Number.isNaN(score)) continue;
      if (Number.isNaN(first)) first = settled = score;
      last = score;
      if (Math.abs(score - settled) <= small) continue;
      const move = Math.sign(score - settled);
      if (direction !== 0 && move !== direction) turns++;
      direction = move;
      settled = score;
    }
    if (Number.isNaN(first) || series.length < 2) return "none";
    if (turns >= 2) return "flip";
    if (Math.abs(last - first) > small) return sign * (last - first) > 0 ? "gained" : "lost";
    const isUpper = last - low > (high - low) / 2;
    return isUpper === scores.metric.higherIsBetter ? "high" : "low";
  }
}

/** The metric's bounds, or what was seen where it has none. */
export function rangeOf({ metric }: MetricScores): readonly [number, number] {
  return [metric.range[0] ?? metric.seen[0], metric.range[1] ?? metric.seen[1]];
}
