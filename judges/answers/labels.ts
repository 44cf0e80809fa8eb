/** Compares by code points, as Python and NumPy sort texts. UTF-16 order differs beyond the basic plane. */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  let at = 0;
  while (at < length && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  if (at === length) return a.length - b.length;
  // The units before may be the first halves of the characters that differ.
  const before = at > 0 ? pointAt(a, at - 1) - pointAt(b, at - 1) : 0;
  return before === 0 ? pointAt(a, at) - pointAt(b, at) : before;
}

function pointAt(text: string, index: number): number {
  return text.codePointAt(index) as number;
}

/** The distinct labels in order: by code points. Null is no label. */
export function sortedLabels(labels: Iterable<string | null>): string[] {
  const distinct = new Set<string>();
  for (const label of labels) if (label !== null) distinct.add(label);
  return [...distinct].sort(compareCodePoints);
}
