/** Ranks from 1, equal values sharing the mean of their ranks, and the sizes of the groups of equal values. */
export function ranks(values: ArrayLike<number>): { readonly ranks: Float64Array; readonly ties: readonly number[] } {
  const n = values.length;
  const order = Uint32Array.from({ length: n }, (_, i) => i).sort(
    (i, j) => (values[i] as number) - (values[j] as number),
  );
  const result = new Float64Array(n);
  const ties: number[] = [];
  for (let first = 0; first < n;) {
    const value = values[order[first] as number];
    let end = first + 1;
    while (end < n && values[order[end] as number] === value) end++;
    for (let i = first; i < end; i++) result[order[i] as number] = (first + 1 + end) / 2;
    ties.push(end - first);
    first = end;
  }
  return { ranks: result, ties };
}
