/** Samples whose confidence lies in one bin. */
export interface Bin {
  readonly count: number;
  /** Share of right answers, and mean confidence, 0..1. NaN for an empty bin. */
  readonly accuracy: number;
  readonly confidence: number;
}

export interface CalibrationError {
  /** Gap between accuracy and confidence: mean, weighted by samples; highest; root mean square. Each 0..1. */
  readonly ece: number;
  readonly mce: number;
  readonly rmsce: number;
}

/** How bins are cut: equally wide, or with equally many samples. */
export type Binning = "width" | "mass";

/**
 * The upper edges of bins of (0, 1], ascending; 0 belongs to the first bin. With equal mass, samples of the same
 * confidence stay together, so there may be fewer bins than asked for.
 */
export function binEdges(binning: Binning, bins: number, confidences: readonly number[]): number[] {
  // The last edge is 1 exactly; the others are what numpy.linspace gives.
  if (binning === "width") return Array.from({ length: bins }, (_, i) => (i === bins - 1 ? 1 : (i + 1) * (1 / bins)));
  const sorted = Float64Array.from(confidences).sort();
  const edges = new Set<number>();
  for (let bin = 1; bin < bins; bin++) {
    const last = Math.ceil((bin * sorted.length) / bins) - 1;
    const edge = sorted[last];
    if (edge !== undefined) edges.add(edge);
  }
  edges.delete(1);
  return [...edges, 1];
}

/** The bin of a confidence: the first whose upper edge it does not exceed. */
export function binOf(edges: readonly number[], confidence: number): number {
  let low = 0;
  let high = edges.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (confidence <= (edges[middle] as number)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Bins from sums in threes: samples, right answers, confidence. */
export function binsOf(sums: ArrayLike<number>): Bin[] {
  return Array.from({ length: sums.length / 3 }, (_, bin) => {
    const count = sums[3 * bin] as number;
    const right = sums[3 * bin + 1] as number;
    const confidence = sums[3 * bin + 2] as number;
    return { count, accuracy: right / count, confidence: confidence / count };
  });
}

/** Guo et al., "On Calibration of Modern Neural Networks" (2017), from bins. NaN without samples. */
export function calibrationError(bins: readonly Bin[]): CalibrationError {
  const total = bins.reduce((sum, { count }) => sum + count, 0);
  let ece = 0;
  let mce = 0;
  let squares = 0;
  for (const { count, accuracy, confidence } of bins) {
    if (count === 0) continue;
    const gap = Math.abs(accuracy - confidence);
    ece += (count / total) * gap;
    squares += (count / total) * gap ** 2;
    mce = Math.max(mce, gap);
  }
  return total === 0
    ? { ece: Number.NaN, mce: Number.NaN, rmsce: Number.NaN }
    : { ece, mce, rmsce: Math.sqrt(squares) };
}
