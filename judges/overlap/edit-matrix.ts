import { emptyBeam, layBeam, rowLength, type Beam } from "./beam.ts";
import { withRoom } from "./room.ts";

/** What an edit of the hypothesis towards the reference does. 0 stands for none. */
export const EditOperation = { keep: 1, substitute: 2, insert: 3, delete: 4 } as const;

/** More than any number of edits. Outside the beam. */
const UNREACHED = 1 << 30;

/**
 * Edit distances of hypotheses of one length to one reference, within the beam. The costs from the beginning to each
 * cell and from there to the end are kept for one hypothesis, so that another costs only the rows in which it differs.
 */
export interface EditMatrix {
  readonly beam: Beam;
  reference: Int32Array;
  /** Rows of the beam's width one behind another; behind the filled ones, two of a hypothesis that is not kept. */
  costs: Int32Array;
  /** The edit by which the cheapest path reaches each cell. */
  operations: Uint8Array;
  /** What the cheapest path from each cell to the end costs. */
  rests: Int32Array;
  /** Distance of the filled hypothesis. */
  distance: number;
}

export function emptyEditMatrix(): EditMatrix {
  return {
    beam: emptyBeam(),
    reference: new Int32Array(0),
    costs: new Int32Array(4096),
    operations: new Uint8Array(4096),
    rests: new Int32Array(4096),
    distance: 0,
  };
}

/** Takes a reference, and the number of words of the hypotheses to come: at least one. */
export function startMatrix(matrix: EditMatrix, reference: Int32Array, hypothesisLength: number): void {
  const { beam } = matrix;
  layBeam(beam, hypothesisLength, reference.length);
  matrix.reference = reference;
  matrix.costs = withRoom(matrix.costs, (beam.rows + 2) * beam.width);
  if (matrix.operations.length < matrix.costs.length) {
    matrix.operations = new Uint8Array(matrix.costs.length);
    matrix.rests = new Int32Array(matrix.costs.length);
  }
  for (let column = 0; column < rowLength(beam, 0); column++) {
    matrix.costs[column] = column;
    matrix.operations[column] = EditOperation.insert;
  }
}

/** One row to compute: its number, the hypothesis's word before it, and where the row above and its own cells lie. */
interface RowStep {
  readonly row: number;
  readonly word: number;
  readonly aboveAt: number;
  readonly at: number;
}

/** Of equal costs, sacrebleu prefers keep and substitute, then delete, then insert. */
function computeRow({ beam, reference, costs, operations }: EditMatrix, { row, word, aboveAt, at }: RowStep): void {
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
}

/** Computes what is left from each cell of a row; `word` is the hypothesis's word behind the row. */
function computeRests({ beam, reference, rests }: EditMatrix, row: number, word: number): void {
  const low = beam.lows[row] as number;
  const at = row * beam.width - low;
  const below = row + 1;
  const belowLow = beam.lows[below] as number;
  const belowHigh = beam.highs[below] as number;
  const belowAt = below * beam.width - belowLow;
  let right = UNREACHED;
  for (let column = (beam.highs[row] as number) - 1; column >= low; column--) {
    let rest = right + 1;
    if (column >= belowLow && column < belowHigh) rest = Math.min(rest, (rests[belowAt + column] as number) + 1);
    if (column + 1 >= belowLow && column + 1 < belowHigh) {
      const edit = reference[column] === word ? 0 : 1;
      rest = Math.min(rest, (rests[belowAt + column + 1] as number) + edit);
    }
    right = Math.min(rest, UNREACHED);
    rests[at + column] = right;
  }
}

/** Computes the matrix of a hypothesis whose first `same` words are those of the one before. */
export function fillMatrix(matrix: EditMatrix, hypothesis: Int32Array, same: number): void {
  const { costs, rests } = matrix;
  const { rows, width } = matrix.beam;
  for (let row = same + 1; row < rows; row++) {
    computeRow(matrix, { row, word: hypothesis[row - 1] as number, aboveAt: (row - 1) * width, at: row * width });
  }
  const last = rowLength(matrix.beam, rows - 1);
  const lastAt = (rows - 1) * width;
  matrix.distance = costs[lastAt + last - 1] as number;
  for (let i = 0; i < last; i++) rests[lastAt + i] = last - 1 - i;
  for (let row = rows - 2; row >= 0; row--) computeRests(matrix, row, hypothesis[row] as number);
}

/** The distance of a hypothesis that differs from the filled one only in words from `from` to before `to`. */
export function distanceOf(
  matrix: EditMatrix,
  hypothesis: Int32Array,
  { from, to }: { readonly from: number; readonly to: number },
): number {
  const { costs, rests } = matrix;
  const { rows, width } = matrix.beam;
  let aboveAt = from * width;
  for (let row = from + 1; row <= to; row++) {
    const at = (rows + (row % 2)) * width;
    computeRow(matrix, { row, word: hypothesis[row - 1] as number, aboveAt, at });
    aboveAt = at;
  }
  // From row `to` on both hypotheses are alike: every path goes on from one of its cells as in the filled matrix.
  let distance = UNREACHED;
  for (let i = 0; i < rowLength(matrix.beam, to); i++) {
    distance = Math.min(distance, (costs[aboveAt + i] as number) + (rests[to * width + i] as number));
  }
  return distance;
}

/** The edit by which the cheapest path reaches a cell of the filled matrix. */
export function operationAt({ beam, operations }: EditMatrix, row: number, column: number): number {
  return operations[row * beam.width + column - (beam.lows[row] as number)] as number;
}
