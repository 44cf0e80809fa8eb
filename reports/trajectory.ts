/** How a sample's score moved over the series of checkpoints. */
export type Trajectory = "gained" | "lost" | "flip" | "high" | "low" | "none";

export interface TrajectoryShape {
  /** Moves up to this size are noise. */
  readonly small: number;
  /** Middle of the metric's range. */
  readonly middle: number;
  readonly higherIsBetter: boolean;
}

/**
 * Gained or lost between the first and the last score, flip where it turned at least twice, high or low where it stayed.
 * Missing scores are NaN and passed over; with fewer than two scores there is no path.
 */
export function trajectoryOf(scores: Iterable<number>, { small, middle, higherIsBetter }: TrajectoryShape): Trajectory {
  let first = Number.NaN;
  let last = Number.NaN;
  let settled = Number.NaN;
  let turns = 0;
  let direction = 0;
  let known = 0;
  for (const score of scores) {
    if (Number.isNaN(score)) continue;
    known++;
    if (known === 1) first = settled = score;
    last = score;
    if (Math.abs(score - settled) <= small) continue;
    const move = Math.sign(score - settled);
    if (direction !== 0 && move !== direction) turns++;
    direction = move;
    settled = score;
  }
  if (known < 2) return "none";
  if (turns >= 2) return "flip";
  if (Math.abs(last - first) > small) return last > first === higherIsBetter ? "gained" : "lost";
  return last > middle === higherIsBetter ? "high" : "low";
}
