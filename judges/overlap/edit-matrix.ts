import { withRoom } from "./room.ts";

/** What an edit of the hypothesis towards the reference does. 0 stands for none. */
export const EditOperation = { keep: 1, substitute: 2, insert: 3, delete: 4 } as const;

/** More than any number of edits, as the reference's 1e16. */
const UNREACHED = 1 << 30;

/** Cells on either side of the diagonal that are computed at least: Tercom's beam. */
const BEAM_WIDTH = 25;

/**
 * Edit distances of hypotheses of one length to one reference, within sacrebleu's beam around the diagonal. The matrix
 * of the last `fill` is kept, so that a hypothesis that differs from it in a few places costs little.
 */
export interface EditMatrix {
  /** Takes a reference, and the number of words of the hypotheses to come. */
  start(reference: Int32Array, hypothesisLength: number): void;
  /** Computes the matrix of a hypothesis whose first `same` words are those of the one before. Returns its distance. */
  fill(hypothesis: Int32Array, same: number): number;
  /** The distance of a hypothesis that differs from the filled one only in words from `from` to before `to`. */
  distance(hypothesis: Int32Array, from: number, to: number): number;
  /** The edit by which the cheapest path reaches a cell of the filled matrix. */
  operation(row: number, column: number): number;
}

/** The columns of each row that lie in the beam: from lows[row] to before highs[row]. Row 0 is as long as row 1 needs. */
interface Beam {
  lows: Int32Array;
  highs: Int32Array;
  /** Cells of the longest row. */
  width: number;
}

function placeBeam(beam: Beam, rows: number, columns: number): void {
  beam.lows = withRoom(beam.lows, rows);
  beam.highs = withRoom(beam.highs, rows);
  const ratio = rows > 1 ? (columns - 1) / (rows - 1) : 1;
  const margin = ratio / 2 > BEAM_WIDTH ? Math.ceil(ratio / 2 + BEAM_WIDTH) : BEAM_WIDTH;
  for (let row = 1; row < rows; row++) {
    const diagonal = Math.floor(row * ratio);
    beam.lows[row] = Math.max(0, diagonal - margin);
    beam.highs[row] = row === rows - 1 ? columns : Math.min(columns, diagonal + margin);
  }
  beam.lows[0] = 0;
  beam.highs[0] = rows > 1 ? (beam.highs[1] as number) : columns;
  beam.width = 0;
  for (let row = 0; row < rows; row++) {
    beam.width = Math.max(beam.width, (beam.highs[row] as number) - (beam.lows[row] as number));
  }
}

/** One row to compute: its number, the hypothesis's word before it, and where the row above and its own cells lie. */
interface RowStep {
  readonly row: number;
  readonly word: number;
  readonly aboveAt: number;
  readonly at: number;
}

export function editMatrix(): EditMatrix {
  const beam: Beam = { lows: new Int32Array(64), highs: new Int32Array(64), width: 0 };
  let reference: Int32Array = new Int32Array(0);
  let rows = 0;
  /** The filled matrix row by row, then two rows of a hypothesis that is not kept. */
  let costs: Int32Array = new Int32Array(4096);
  let operations = new Uint8Array(4096);
  let filled = 0;

  /** Of equal costs the reference prefers keep and substitute, then delete, then insert. */
  const computeRow = ({ row, word, aboveAt, at }: RowStep): void => {
    const low = beam.lows[row] as number;
    const high = beam.highs[row] as number;
    const aboveLow = beam.lows[row - 1] as number;
    const aboveHigh = beam.highs[row - 1] as number;
    let diagonal = low > aboveLow && low <= aboveHigh ? (costs[aboveAt + low - 1 - aboveLow] as number) : UNREACHED;
    let left = UNREACHED;
    for (let column = low; column < high; column++) {
      const up = column < aboveHigh ? (costs[aboveAt + column - aboveLow] as number) : UNREACHED;
      let cost = UNREACHED;
      let operation = 0;
      if (diagonal < UNREACHED) {
        const same = reference[column - 1] === word;
        cost = same ? diagonal : diagonal + 1;
        operation = same ? EditOperation.keep : EditOperation.substitute;
      }
      if (up + 1 < cost) {
        cost = up + 1;
        operation = EditOperation.delete;
      }
      if (left + 1 < cost) {
        cost = left + 1;
        operation = EditOperation.insert;
      }
      costs[at + column - low] = cost;
      operations[at + column - low] = operation;
      left = cost;
      diagonal = up;
    }
  };
  /** How much dearer all cells of a row at `at` are than those of the filled matrix; NaN if not all by the same. */
  const surplus = (row: number, at: number): number => {
    const filledAt = row * beam.width;
    const length = (beam.highs[row] as number) - (beam.lows[row] as number);
    const first = (costs[at] as number) - (costs[filledAt] as number);
    for (let i = 1; i < length; i++) {
      if ((costs[at + i] as number) - (costs[filledAt + i] as number) !== first) return Number.NaN;
    }
    return first;
  };
  /** Where the last cell of a row that begins at `at` lies. */
  const last = (at: number): number => at + (beam.highs[rows - 1] as number) - (beam.lows[rows - 1] as number) - 1;

  return {
    start(words, hypothesisLength) {
      reference = words;
      rows = hypothesisLength + 1;
      placeBeam(beam, rows, words.length + 1);
      const cells = (rows + 2) * beam.width;
      costs = withRoom(costs, cells);
      if (operations.length < cells) operations = new Uint8Array(costs.length);
      for (let column = 0; column < (beam.highs[0] as number); column++) {
        costs[column] = column;
        operations[column] = EditOperation.insert;
      }
    },
    fill(hypothesis, same) {
      for (let row = same + 1; row < rows; row++) {
        const at = row * beam.width;
        computeRow({ row, word: hypothesis[row - 1] as number, aboveAt: at - beam.width, at });
      }
      filled = costs[last((rows - 1) * beam.width)] as number;
      return filled;
    },
    distance(hypothesis, from, to) {
      let aboveAt = from * beam.width;
      for (let row = from + 1; row < rows; row++) {
        const at = (rows + (row % 2)) * beam.width;
        computeRow({ row, word: hypothesis[row - 1] as number, aboveAt, at });
        aboveAt = at;
        // From here on both hypotheses go on alike, so that rows which differ by a constant do so to the end.
        const more = row >= to ? surplus(row, at) : Number.NaN;
        if (!Number.isNaN(more)) return filled + more;
      }
      return costs[last(aboveAt)] as number;
    },
    operation: (row, column) => operations[row * beam.width + column - (beam.lows[row] as number)] as number,
  };
}
