/**
 * Sufficient statistics of n samples as a matrix whose column sums decide the value: a mean is one column, corpus BLEU
 * ten. A bootstrap is then sums over rows and never sees text again.
 */
export interface Sufficient {
  /** Number of samples (rows). */
  readonly n: number;
  /** Number of columns. */
  readonly width: number;
  /** Row-major, n × width. */
  readonly rows: Float64Array;
  /** True if each row is one 0 or 1 and the value is their mean (times `scale`): an exact binomial interval applies. */
  readonly proportion: boolean;
  /** True if the value is the mean of the single column times `scale`: a normal or t interval applies. */
  readonly mean: boolean;
  /**
   * Set if each row is [Σwx, Σw, Σkx, Σk] of samples drawn with weights w and of ones known without asking, k, and the
   * value is the ratio of both sums (times `scale`): an interval that knows of weights applies, for "share" Wilson's.
   */
  readonly weighted?: "mean" | "share";
  /**
   * Set if each row is itself a mean that another program took over samples nobody has any more. `of`: over how many, for
   * means of sample scores within `range` (in the unit of the value); null where that is not known or no such mean, so
   * that nothing can be said of its error.
   */
  readonly total?: { readonly of: number | null; readonly range: readonly [number, number] };
  /** Factor from mean to value, 100 for percentages. Used only where `mean` is true or `weighted` set. */
  readonly scale: number;
  /** The value from column sums over `n` samples. `n` is at least 1. */
  value(sums: Float64Array, n: number): number;
}
