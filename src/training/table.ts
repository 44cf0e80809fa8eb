import { splitLines } from "./lines.ts";
import type { LogParser, ScalarSink } from "./log-reader.ts";
import { numberOf } from "./loose-json.ts";

/** A table's columns, lower case and trimmed, in their order. */
export type Columns = readonly string[];

/** The columns that a table's first line names. */
export function columnsOf(head: Buffer): Columns {
  const line =
    head
      .toString("utf8")
      .replace(/^\uFEFF/, "")
      .split(/\r?\n|\r/, 1)[0] ?? "";
  return splitCells(line, separatorOf(line)).map((name) => name.trim());
}

/** Where the step of a row comes from. */
export interface StepColumn {
  readonly column: string;
  /** Added to what the column says. */
  readonly offset: number;
}

/**
 * Reads rows of numbers under a header. Empty cells, "NA" and text are no values: a cell that was not logged is not
 * a NaN.
 */
export function parseTable(sink: ScalarSink, stepOf: (columns: Columns) => StepColumn | undefined): LogParser {
  let columns: Columns | null = null;
  let separator = ",";
  let step: StepColumn | undefined;
  let stepAt = -1;
  let ragged = 0;
  let firstRagged = 0;

  function takeRow(text: string, complete: boolean): void {
    if (columns === null) {
      separator = separatorOf(text);
      columns = columnsOf(Buffer.from(text));
      step = stepOf(columns);
      stepAt = step === undefined ? -1 : columns.indexOf(step.column);
      return;
    }
    const cells = splitCells(text, separator);
    if (cells.length !== columns.length) {
      if (ragged++ === 0) firstRagged = lines.line;
      return;
    }
    // Files written by hand end so, but a number that was cut off is still a number.
    if (!complete) sink.warn(`the last line (${lines.line}) has no line end: its last value may be cut off`);
    const at = numberOf(cells[stepAt]);
    if (at === undefined || step === undefined) return;
    for (let i = 0; i < cells.length; i++) {
      const isEpoch = columns[i] === "epoch";
      const value = i === stepAt && !isEpoch ? undefined : numberOf(cells[i]);
      if (value !== undefined)
        sink.scalar(at + step.offset, columns[i] as string, isEpoch ? value + step.offset : value);
    }
  }

  const lines = splitLines((text, complete) => {
    if (text.trim() !== "") takeRow(text, complete);
  });
  return {
    push: lines.push,
    end: () => {
      lines.end();
      if (ragged > 0)
        sink.warn(
          `${ragged} rows that are cut off or do not fit the header were left out, the first is line ${firstRagged}`,
        );
    },
  };
}

function separatorOf(header: string): string {
  return [",", "\t", ";"].find((candidate) => header.includes(candidate)) ?? ",";
}

/** A row's cells; quotes may hold separators and doubled quotes, but no line ends. */
function splitCells(line: string, separator: string): string[] {
  if (!line.includes('"')) return line.split(separator);
  const cells: string[] = [];
  let cell = "";
  let quoted = false;
  for (let i = 0; i < line.length; i++) {
    const char = line[i] as string;
    if (char === '"' && quoted && line[i + 1] === '"') {
      cell += char;
      i++;
    } else if (char === '"') {
      quoted = !quoted;
    } else if (char === separator && !quoted) {
      cells.push(cell);
      cell = "";
    } else {
      cell += char;
    }
  }
  cells.push(cell);
  return cells;
}
