import { median } from "./trend.ts";

// Turns a median absolute deviation of normal values into their standard deviation: 1 / Φ⁻¹(3/4).
const MAD_TO_SD = 1.482602218505602;

/**
 * Standard deviation of the noise of a curve, from the divided differences of neighbouring points: what no polynomial
 * of lower degree explains (J. von Neumann et al. 1941; for uneven spacing T. Gasser, L. Sroka, C. Jennen-Steinmetz,
 * Biometrika 73, 1986), robustly by the median, so that spikes do not count. A difference of order 2 takes a bend
 * for noise, one of order 3 only a change of bend. 0 for too few points.
 * @param xs ascending, each once
 * @param order how many points less one enter each difference
 */
export function curveNoise(xs: readonly number[], ys: readonly number[], order = 2): number {
  const residuals: number[] = [];
  for (let at = 0; at + order < xs.length; at++) {
    let difference = 0;
    let squares = 0;
    for (let i = at; i <= at + order; i++) {
      let weight = 1;
      for (let j = at; j <= at + order; j++) if (j !== i) weight /= (xs[i] as number) - (xs[j] as number);
      difference += weight * (ys[i] as number);
      squares += weight * weight;
    }
    residuals.push(Math.abs(difference) / Math.sqrt(squares));
  }
  return residuals.length === 0 ? 0 : MAD_TO_SD * median(residuals);
}
