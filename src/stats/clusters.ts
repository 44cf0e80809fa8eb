/** One key a row: rows with equal keys are answers to the same question and not independent of each other. */
export type Clusters = ArrayLike<string | number>;

/** Clusters by number, in order of first appearance. */
export interface ClusterCodes {
  readonly count: number;
  /** Cluster number of each row, 0 … count − 1. */
  readonly codes: Int32Array;
}

/** Numbers the clusters. */
export function clusterCodes(keys: Clusters): ClusterCodes {
  const numbers = new Map<string | number, number>();
  const codes = new Int32Array(keys.length);
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as string | number;
    const known = numbers.get(key);
    codes[i] = known ?? numbers.size;
    if (known === undefined) numbers.set(key, numbers.size);
  }
  return { count: numbers.size, codes };
}

/**
 * Sums of the rows of each cluster with one more column at the end, the number of rows: what a cluster bootstrap draws
 * from. Row-major, count × (width + 1).
 */
export function clusterSums(rows: Float64Array, width: number, { count, codes }: ClusterCodes): Float64Array {
  const sums = new Float64Array(count * (width + 1));
  for (let i = 0; i < codes.length; i++) {
    const to = (codes[i] as number) * (width + 1);
    for (let c = 0; c < width; c++) sums[to + c] = (sums[to + c] as number) + (rows[i * width + c] as number);
    sums[to + width] = (sums[to + width] as number) + 1;
  }
  return sums;
}
