import { EvalhError } from "../../src/core/errors.ts";
import { type EditTable, editTable, type Symbols, wordsFor } from "./edit-table.ts";

/** How a reference becomes a hypothesis, in symbols. */
export interface Edits {
  readonly hits: number;
  readonly substitutions: number;
  /** Symbols of the reference that the hypothesis lacks. */
  readonly deletions: number;
  readonly insertions: number;
}

/** Compares texts by Levenshtein distance. Not reentrant. */
export interface EditCounter {
  /** Least number of substitutions, deletions and insertions. */
  distance(reference: Symbols, hypothesis: Symbols): number;
  /** What is substituted, deleted and inserted. Of several shortest ways it is the one that RapidFuzz 3 takes. */
  edits(reference: Symbols, hypothesis: Symbols): Edits;
}

/** Word steps of one comparison; some seconds. */
const MAX_STEPS = 2 ** 29;
/** Words of each of two matrices kept for reading an alignment back: 256 MB. */
const MAX_KEPT = 2 ** 26;

export function editCounter(): EditCounter {
  const table = editTable();
  return {
    distance(reference, hypothesis) {
      const [inner, other] = withoutCommonEnds(reference, hypothesis);
      checkSize(inner, other, MAX_STEPS);
      return inner.length === 0 ? other.length : table.fill(inner, other, false);
    },
    edits(reference, hypothesis) {
      const [inner, other] = withoutCommonEnds(reference, hypothesis);
      checkSize(inner, other, MAX_KEPT);
      if (inner.length > 0) table.fill(inner, other, true);
      const counts = readBack(table, inner, other);
      return { ...counts, hits: counts.hits + reference.length - inner.length };
    },
  };
}

function readBack(table: EditTable, reference: Symbols, hypothesis: Symbols): Edits {
  let i = reference.length;
  let j = hypothesis.length;
  const counts = { hits: 0, substitutions: 0, deletions: 0, insertions: 0 };
  while (i > 0 && j > 0) {
    if (table.rises(i - 1, j)) {
      i--;
      counts.deletions++;
    } else if (j > 1 && table.falls(i - 1, j - 1)) {
      j--;
      counts.insertions++;
    } else {
      i--;
      j--;
      if (reference[i] === hypothesis[j]) counts.hits++;
      else counts.substitutions++;
    }
  }
  counts.deletions += i;
  counts.insertions += j;
  return counts;
}

function checkSize(reference: Symbols, hypothesis: Symbols, limit: number): void {
  if (wordsFor(reference.length) * (hypothesis.length + 1) <= limit) return;
  const lengths = `${reference.length} and ${hypothesis.length}`;
  throw new EvalhError("E_JUDGE", `Texts that differ over ${lengths} words or characters are too long to align.`);
}

/** What is left of two texts without what they share at their start and end. */
function withoutCommonEnds(a: Symbols, b: Symbols): [a: Symbols, b: Symbols] {
  let from = 0;
  while (from < a.length && from < b.length && a[from] === b[from]) from++;
  let toA = a.length;
  let toB = b.length;
  while (toA > from && toB > from && a[toA - 1] === b[toB - 1]) {
    toA--;
    toB--;
  }
  return [a.slice(from, toA), b.slice(from, toB)];
}
