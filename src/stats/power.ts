import { normalCdf, normalQuantile } from "./normal.ts";
import { findRoot } from "./root.ts";

export interface ErrorRates {
  /** Two-sided level of the test, 0.05 by default. */
  readonly alpha?: number;
  /** Probability of seeing a difference that is there, 0.8 by default. */
  readonly power?: number;
}

/**
 * The smallest difference between two systems that n paired samples show with the given power: (z₁₋α⸝₂ + z₁₋β)·sd/√n.
 * `sd` is the standard deviation of the per-sample differences, in the metric's unit; for 0/1 scores that share of
 * discordant samples d it is √d (less the square of the difference, which is small).
 */
export function smallestDetectableDifference(design: ErrorRates & { readonly n: number; readonly sd: number }): number {
  return (bothQuantiles(design) * design.sd) / Math.sqrt(design.n);
}

/** How many paired samples it takes to show a difference with the given power; not rounded. */
export function requiredSamples(design: ErrorRates & { readonly difference: number; readonly sd: number }): number {
  return ((bothQuantiles(design) * design.sd) / design.difference) ** 2;
}

/** The probability that n paired samples show a difference; the chance of the wrong sign is left out. */
export function achievedPower(design: {
  readonly n: number;
  readonly difference: number;
  readonly sd: number;
  readonly alpha?: number;
}): number {
  const z = (Math.abs(design.difference) * Math.sqrt(design.n)) / design.sd;
  return normalCdf(z - normalQuantile(1 - (design.alpha ?? 0.05) / 2));
}

/** Parts of the variance of a paired difference, where questions are answered several times each. */
export interface VarianceParts {
  /** ω²: variance over questions of the difference between the systems' expected scores. */
  readonly omega2: number;
  /** σ²: mean variance of one system's score between answers to one question. */
  readonly sigmaA2: number;
  readonly sigmaB2: number;
  /** Answers to each question. */
  readonly repeatsA: number;
  readonly repeatsB: number;
}

/**
 * Standard deviation of a question's difference when each system's score is the mean of its answers (E. Miller, "Adding
 * Error Bars to Evals", 2024, equations 9 and 10): the `sd` for the functions above.
 */
export function repeatedDeviation({ omega2, sigmaA2, sigmaB2, repeatsA, repeatsB }: VarianceParts): number {
  return Math.sqrt(omega2 + sigmaA2 / repeatsA + sigmaB2 / repeatsB);
}

/** Cohen's effect size of two proportions, h = 2 asin √p₂ − 2 asin √p₁. */
export function cohenH(p1: number, p2: number): number {
  return 2 * Math.asin(Math.sqrt(p2)) - 2 * Math.asin(Math.sqrt(p1));
}

/** The probability that a two-sided z-test tells two independent groups of n apart, either sign counted. */
export function twoProportionPower(effect: number, n: number, alpha = 0.05): number {
  const critical = normalQuantile(1 - alpha / 2);
  const shift = Math.abs(effect) * Math.sqrt(n / 2);
  return normalCdf(shift - critical) + normalCdf(-shift - critical);
}

/** Samples in each of two independent groups that it takes to show an effect (Cohen's h) with the given power. */
export function twoProportionSamples(effect: number, { alpha = 0.05, power = 0.8 }: ErrorRates = {}): number {
  const excess = (logN: number): number => twoProportionPower(effect, Math.exp(logN), alpha) - power;
  const normal = 2 * (bothQuantiles({ alpha, power }) / effect) ** 2;
  return Math.exp(findRoot(excess, Math.log(normal) - 5, Math.log(normal) + 1));
}

function bothQuantiles({ alpha = 0.05, power = 0.8 }: ErrorRates): number {
  return normalQuantile(1 - alpha / 2) + normalQuantile(power);
}
