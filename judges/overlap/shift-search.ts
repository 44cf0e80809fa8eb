import type { Alignment } from "./alignment.ts";
import { distanceOf, type EditMatrix } from "./edit-matrix.ts";

/** Tercom's limits to the words of a shift and to how far from its place it may match. */
const MAX_SHIFT_SIZE = 10;
const MAX_SHIFT_DISTANCE = 50;

/** A shift: the neighbouring blocks from `from` to before `middle` and from there to before `to` change places. */
export interface Shift {
  /** Edits saved. */
  gain: number;
  length: number;
  start: number;
  target: number;
  from: number;
  middle: number;
  to: number;
}

/** True if sacrebleu's search ranks the shift above: by gain, then longer, then earlier, then to an earlier place. */
function ranksAbove(shift: Shift, other: Shift): boolean {
  if (shift.gain !== other.gain) return shift.gain > other.gain;
  if (shift.length !== other.length) return shift.length > other.length;
  if (shift.start !== other.start) return shift.start < other.start;
  return shift.target < other.target;
}

function shiftTo(start: number, length: number, { target, words }: { target: number; words: number }): Shift {
  const base = { gain: 0, length, start, target };
  if (target < start) return { ...base, from: target, middle: start, to: start + length };
  // A target within the moved words counts from behind them.
  const to = target > start + length ? target : Math.min(words, target + length);
  return { ...base, from: start, middle: start + length, to };
}

/** Writes `words` with the shift done to `into`, only where they differ. */
export function applyShift(words: Int32Array, into: Int32Array, { from, middle, to }: Shift): void {
  into.set(words.subarray(middle, to), from);
  into.set(words.subarray(from, middle), from + to - middle);
}

/** A hypothesis whose edits are in the matrix and the alignment, and what it is to become. */
export interface ShiftProblem {
  readonly words: Int32Array;
  readonly reference: Int32Array;
  readonly matrix: EditMatrix;
  readonly alignment: Alignment;
  /** The search ends with the match at which it has tried so many shifts. */
  readonly maxCandidates: number;
}

/** What a search found, and how many shifts it tried. */
export interface ShiftFound {
  readonly best: Shift | null;
  readonly candidates: number;
}

/** Tries the places for one match, behind the word that corresponds to each word of the reference's part. */
type TryMatch = (start: number, referenceStart: number, length: number) => void;

/**
 * Looks for the shift of words that saves most edits: among words that match the reference elsewhere, where some of
 * them are wrong and some of the words at the other place are too.
 */
export function findShift(problem: ShiftProblem): ShiftFound {
  const { words, reference, matrix, alignment } = problem;
  const { positions, referenceErrors, hypothesisErrors } = alignment;
  const shifted = words.slice();
  let best: Shift | null = null;
  let candidates = 0;

  const tryMatch: TryMatch = (start, referenceStart, length) => {
    if (hypothesisErrors[start + length] === hypothesisErrors[start]) return;
    if (referenceErrors[referenceStart + length] === referenceErrors[referenceStart]) return;
    const aligned = positions[referenceStart] as number;
    if (start <= aligned && aligned < start + length) return;
    let previous = -1;
    const end = Math.min(referenceStart + length, reference.length);
    for (let position = referenceStart - 1; position < end; position++) {
      const target = position < 0 ? 0 : (positions[position] as number) + 1;
      if (target === previous) continue;
      previous = target;
      const shift = shiftTo(start, length, { target, words: words.length });
      applyShift(words, shifted, shift);
      shift.gain = matrix.distance - distanceOf(matrix, shifted, shift);
      shifted.set(words.subarray(shift.from, shift.to), shift.from);
      candidates++;
      if (best === null || ranksAbove(shift, best)) best = shift;
    }
  };
  for (let start = 0; start < words.length; start++) {
    const from = Math.max(0, start - MAX_SHIFT_DISTANCE);
    const to = Math.min(reference.length, start + MAX_SHIFT_DISTANCE + 1);
    for (let referenceStart = from; referenceStart < to; referenceStart++) {
      const longest = Math.min(MAX_SHIFT_SIZE, words.length - start, reference.length - referenceStart);
      for (let length = 1; length <= longest; length++) {
        if (words[start + length - 1] !== reference[referenceStart + length - 1]) break;
        tryMatch(start, referenceStart, length);
        if (candidates >= problem.maxCandidates) return { best, candidates };
      }
    }
  }
  return { best, candidates };
}
