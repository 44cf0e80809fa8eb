import { numberValue, textValue } from "./nvidia-smi-value.ts";

/** One row of a table: numbers where a column holds them, null for "-". */
export type TableRow = Readonly<Record<string, number | string | null>>;

/**
 * Parses the tables that `nvidia-smi dmon` and `pmon` print. The first commented line names the columns, the next ones
 * their units; both are repeated every so many rows. The last column may hold blanks.
 */
export function parseNvidiaSmiTable(text: string): readonly TableRow[] {
  let columns: readonly string[] = [];
  const rows: TableRow[] = [];
  let previousWasComment = false;
  for (const line of text.split(/\r?\n/)) {
    const isComment = line.startsWith("#");
    // Of two commented lines in a row, the second tells units.
    if (isComment && !previousWasComment) columns = line.slice(1).trim().split(/\s+/);
    previousWasComment = isComment;
    if (isComment || line.trim() === "" || columns.length === 0) continue;
    const cells = line.trim().split(/\s+/);
    if (cells.length < columns.length) continue;
    const last = cells.slice(columns.length - 1).join(" ");
    rows.push(
      Object.fromEntries(columns.map((name, i) => [name, cellValue(i === columns.length - 1 ? last : cells[i])])),
    );
  }
  return rows;
}

function cellValue(cell: string | undefined): number | string | null {
  return numberValue(cell) ?? textValue(cell);
}
