/** Compares by code points, as Python and NumPy sort texts. UTF-16 order differs beyond the basic plane. */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    const xBeyond = x >= 0xd800 && x < 0xe000;
    const yBeyond = y >= 0xd800 && y < 0xe000;
    // Surrogates stand for code points above all others.
    return xBeyond === yBeyond ? x - y : xBeyond ? 1 : -1;
  }
  return a.length - b.length;
}

/** The distinct labels in order: by code points. Null is no label. */
export function sortedLabels(labels: Iterable<string | null>): string[] {
  const distinct = new Set<string>();
  for (const label of labels) if (label !== null) distinct.add(label);
  return [...distinct].sort(compareCodePoints);
}
