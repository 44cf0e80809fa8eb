import { EditOperation, operationAt, type EditMatrix } from "./edit-matrix.ts";
import { withRoom } from "./room.ts";

/** What the cheapest edits of the current hypothesis say: which words are wrong, and which correspond. */
export interface Alignment {
  /** Position in the hypothesis of each word of the reference, −1 before the first. */
  positions: Int32Array;
  /** Number of wrong words before each position. */
  referenceErrors: Int32Array;
  hypothesisErrors: Int32Array;
}

export function emptyAlignment(): Alignment {
  return {
    positions: new Int32Array(64),
    referenceErrors: new Int32Array(64),
    hypothesisErrors: new Int32Array(64),
  };
}

/** Reads an alignment off the filled matrix of a hypothesis of `rows` words and a reference of `columns`. */
export function align(
  matrix: EditMatrix,
  alignment: Alignment,
  { rows, columns }: { rows: number; columns: number },
): void {
  alignment.positions = withRoom(alignment.positions, columns);
  alignment.referenceErrors = withRoom(alignment.referenceErrors, columns + 1).fill(0, 0, columns + 1);
  alignment.hypothesisErrors = withRoom(alignment.hypothesisErrors, rows + 1).fill(0, 0, rows + 1);
  const { positions, referenceErrors, hypothesisErrors } = alignment;
  let row = rows;
  let column = columns;
  while (row > 0 || column > 0) {
    const operation = operationAt(matrix, row, column);
    if (operation === 0) throw new Error(`no edit leads to ${row}, ${column}`);
    const wrong = operation === EditOperation.keep ? 0 : 1;
    if (operation !== EditOperation.delete) {
      positions[column - 1] = row - 1;
      referenceErrors[column--] = wrong;
    }
    if (operation !== EditOperation.insert) hypothesisErrors[row--] = wrong;
  }
  for (let i = 1; i <= columns; i++) (referenceErrors[i] as number) += referenceErrors[i - 1] as number;
  for (let i = 1; i <= rows; i++) (hypothesisErrors[i] as number) += hypothesisErrors[i - 1] as number;
}
