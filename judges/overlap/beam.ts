import { withRoom } from "./room.ts";

/** Cells on either side of the diagonal that are computed at least: Tercom's. */
const MARGIN = 25;

/**
 * The cells of an edit matrix that are computed, as sacrebleu chooses them: around the diagonal, and wider where one
 * text is much longer, so that neighbouring rows overlap.
 */
export interface Beam {
  /** Number of rows: one more than the hypothesis has words. */
  rows: number;
  /** First column of each row. */
  lows: Int32Array;
  /** Column behind the last one of each row. Row 0 goes as far as row 1 needs. */
  highs: Int32Array;
  /** Cells of the longest row. */
  width: number;
}

export function emptyBeam(): Beam {
  return { rows: 0, lows: new Int32Array(64), highs: new Int32Array(64), width: 0 };
}

/** Lays the beam for texts of so many words. */
export function layBeam(beam: Beam, hypothesisLength: number, referenceLength: number): void {
  const rows = hypothesisLength + 1;
  const columns = referenceLength + 1;
  const ratio = hypothesisLength > 0 ? referenceLength / hypothesisLength : 1;
  const margin = ratio / 2 > MARGIN ? Math.ceil(ratio / 2 + MARGIN) : MARGIN;
  beam.rows = rows;
  beam.lows = withRoom(beam.lows, rows);
  beam.highs = withRoom(beam.highs, rows);
  const { lows, highs } = beam;
  for (let row = 1; row < rows; row++) {
    const diagonal = Math.floor(row * ratio);
    lows[row] = Math.max(0, diagonal - margin);
    highs[row] = row === rows - 1 ? columns : Math.min(columns, diagonal + margin);
  }
  lows[0] = 0;
  highs[0] = rows > 1 ? (highs[1] as number) : columns;
  beam.width = 0;
  for (let row = 0; row < rows; row++) beam.width = Math.max(beam.width, rowLength(beam, row));
}

/** Number of cells of a row. */
export function rowLength({ lows, highs }: Beam, row: number): number {
  return (highs[row] as number) - (lows[row] as number);
}
