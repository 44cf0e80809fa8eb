import type { LogReader } from "./log-reader.ts";
import { columnsOf, parseTable, type Columns } from "./table.ts";

const STEP_COLUMNS = [
  "step",
  "global_step",
  "steps",
  "iteration",
  "iter",
  "trainer/global_step",
  "train/global_step",
  "_step",
  "epoch",
];

/** Any table with a header that has a column for the step (or epoch) and one for a loss. */
export const csv: LogReader = {
  names: /\.(?:csv|tsv)$/,
  understands: ({ head }) => {
    const columns = columnsOf(head);
    return stepColumn(columns) !== undefined && columns.some((name) => /loss/i.test(name));
  },
  choose: (files) => files.slice(-1),
  open: (sink) =>
    parseTable(sink, (columns) => {
      const column = stepColumn(columns);
      return column === undefined ? undefined : { column, offset: 0 };
    }),
};

function stepColumn(columns: Columns): string | undefined {
  return STEP_COLUMNS.map((wanted) => columns.find((name) => name.toLowerCase() === wanted)).find(
    (name) => name !== undefined,
  );
}
