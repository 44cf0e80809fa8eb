/**
 * Share of null values beyond the observed one, the observed data counted among them so that p is never 0:
 * (1 + #{x > observed}) / (1 + count), as sacrebleu's `_compute_p_value`.
 */
export function exceedance(nullValues: ArrayLike<number>, observed: number): number {
  let beyond = 0;
  for (let i = 0; i < nullValues.length; i++) if ((nullValues[i] as number) > observed) beyond++;
  return (beyond + 1) / (nullValues.length + 1);
}

/**
 * sacrebleu's p-value of a paired bootstrap: how often |difference| less its mean exceeds the observed |difference|.
 * It is nearly one-sided for large differences and so smaller than that of a two-sided test.
 */
export function sacrebleuBootstrapP(a: Float64Array, b: Float64Array, observed: number): number {
  const differences = a.map((x, i) => Math.abs(x - (b[i] as number)));
  let mean = 0;
  for (const d of differences) mean += d;
  mean /= differences.length;
  return exceedance(
    differences.map((d) => d - mean),
    Math.abs(observed),
  );
}
