export interface SequenceOptions {
  /** Confidence level over all looks together, 0.95 by default. */
  readonly level?: number;
  /** Number of samples at which the sequence should be tightest: where you expect to decide. */
  readonly tightestAt: number;
}

/**
 * Half-width of an asymptotic confidence sequence for a mean (Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas,
 * "Time-uniform central limit theory and asymptotic confidence sequences", Annals of Statistics 2024, theorem 2.2): the
 * intervals mean ± half-width after n = 1, 2, 3, … samples all hold the true mean at once with the given probability.
 * One may look after every sample and stop as soon as the interval says enough, which a fixed-n interval forbids.
 * `sd` is the standard deviation so far; valid, like any interval from the central limit theorem, from a few dozen
 * samples on. At n = `tightestAt` it is about 1.5 times as wide as the fixed-n interval.
 */
export function sequenceHalfWidth(n: number, sd: number, options: SequenceOptions): number {
  const alpha = 1 - (options.level ?? 0.95);
  // The choice of ρ² that makes the sequence tightest at that n, to first order (appendix of the same paper).
  const spread = (-2 * Math.log(alpha) + Math.log(-2 * Math.log(alpha) + 1)) / options.tightestAt;
  const scale = n * spread + 1;
  return sd * Math.sqrt(((2 * scale) / (n * n * spread)) * Math.log(Math.sqrt(scale) / alpha));
}

/** State of a comparison that is looked at while it runs. */
export type SequentialDecision = "better" | "worse" | "continue";

/** Fewer samples than this decide nothing: the central limit theorem needs some. */
const FEWEST = 30;

/**
 * Whether paired differences seen so far (their number, mean and standard deviation) already decide which system is
 * better. Stopping at the first answer that is not "continue" errs with probability at most 1 − level.
 */
export function sequentialDecision(
  seen: { readonly n: number; readonly mean: number; readonly sd: number },
  options: SequenceOptions,
): SequentialDecision {
  if (seen.n < FEWEST) return "continue";
  const half = sequenceHalfWidth(seen.n, seen.sd, options);
  if (seen.mean - half > 0) return "better";
  return seen.mean + half < 0 ? "worse" : "continue";
}
