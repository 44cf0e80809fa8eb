import { align, emptyAlignment } from "./alignment.ts";
import { emptyEditMatrix, fillMatrix, startMatrix } from "./edit-matrix.ts";
import { applyShift, findShift } from "./shift-search.ts";

/** sacrebleu's limit to the shifts tried for one pair; the search ends there without taking the last round's best. */
const MAX_CANDIDATES = 1000;

/** A matrix beyond this many cells came from a text of unusual length: keeping it would only cost memory. */
const KEPT_CELLS = 1 << 22;

function equal(a: Int32Array, b: Int32Array): boolean {
  return a.length === b.length && a.every((word, index) => word === b[index]);
}

/** Number of edits from one sequence of words to another. */
export type TerEdits = (hypothesis: Int32Array, reference: Int32Array) => number;

/**
 * Counts the edits of TER (Snover et al. 2006): words inserted, deleted and substituted, and shifts of several words,
 * each one edit. Shifts are chosen greedily with the heuristics of sacrebleu 2.6.0, which follows Tercom.
 */
export function terEdits(): TerEdits {
  let matrix = emptyEditMatrix();
  const alignment = emptyAlignment();
  return (hypothesis, reference) => {
    if (reference.length === 0) return hypothesis.length;
    if (hypothesis.length === 0) return reference.length;
    if (equal(hypothesis, reference)) return 0;
    if (matrix.costs.length > KEPT_CELLS) matrix = emptyEditMatrix();
    const words = hypothesis.slice();
    startMatrix(matrix, reference, words.length);
    fillMatrix(matrix, words, 0);
    let remaining = MAX_CANDIDATES;
    for (let shifts = 0; ; shifts++) {
      align(matrix, alignment, { rows: words.length, columns: reference.length });
      const { best, candidates } = findShift({ words, reference, matrix, alignment, maxCandidates: remaining });
      remaining -= candidates;
      if (remaining <= 0 || best === null || best.gain <= 0) return shifts + matrix.distance;
      applyShift(words.slice(), words, best);
      fillMatrix(matrix, words, best.from);
    }
  };
}
