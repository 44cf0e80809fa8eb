import type { JsonObject } from "./json.ts";

/** What a training curve says about generalisation. */
export type Generalisation = "healthy" | "underfit" | "overfit" | "plateau" | "diverged" | "regressed" | "inconclusive";

/** The diagnosis of a series of checkpoints from its loss curves. */
export interface Diagnosis {
  readonly verdict: Generalisation;
  /** Steps between which overfitting (or divergence) began; null for other verdicts. */
  readonly since: { readonly lo: number; readonly hi: number } | null;
  /** Step with the lowest evaluation loss, the one to ship on the loss alone; null when nothing was evaluated. */
  readonly ship: number | null;
  /** Steps whose evaluation loss cannot be told from the best within the curve's noise, ascending. */
  readonly equivalent: readonly number[];
  /** A few lines a person can check on the chart. */
  readonly evidence: readonly string[];
  /** The numbers behind the evidence, by name. */
  readonly numbers: JsonObject;
}
