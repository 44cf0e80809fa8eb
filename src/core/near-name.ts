/** Longer names are no typing mistakes, and comparing them takes time. */
const LONGEST = 64;

/**
 * The candidate that was probably meant by a mistyped name, or undefined. Case, `_` and `-` count for nothing, so that
 * `maxTokens` finds `max_tokens`; otherwise about one slip in three letters is forgiven.
 */
export function nearName(name: string, candidates: Iterable<string>): string | undefined {
  const folded = fold(name);
  if (folded === "" || folded.length > LONGEST) return undefined;
  let best: string | undefined;
  let smallest = Math.max(1, Math.floor(folded.length / 3)) + 1;
  for (const candidate of candidates) {
    const other = fold(candidate);
    if (candidate === name || Math.abs(other.length - folded.length) > smallest) continue;
    // People rarely mistype the first letter: of two candidates as near, the one that shares it is meant.
    const slips = distance(folded, other) - (other[0] === folded[0] ? 0.5 : 0);
    if (slips >= smallest || slips >= other.length) continue;
    smallest = slips;
    best = candidate;
  }
  return best;
}

/** `did you mean "x"?` for the nearest candidate, or undefined. */
export function didYouMean(name: string, candidates: Iterable<string>): string | undefined {
  const near = nearName(name, candidates);
  return near === undefined ? undefined : `did you mean ${JSON.stringify(near)}?`;
}

function fold(name: string): string {
  return name.toLowerCase().replaceAll(/[_-]/g, "");
}

/** Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment; Damerau 1964). */
function distance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + cost);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) least = Math.min(least, (beforeLast[j - 2] ?? 0) + 1);
      row.push(least);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
