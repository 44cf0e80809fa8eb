import type { LogReader } from "./log-reader.ts";
import { columnsOf, parseTable } from "./table.ts";

/** The file of Keras' CSVLogger: one row an epoch, counted from 0. The step is the number of epochs done. */
export const kerasCsv: LogReader = {
  names: /\.(?:csv|log|tsv)$/,
  understands: ({ head }) => {
    const columns = columnsOf(head);
    return columns[0] === "epoch" && columns.includes("loss") && !columns.includes("step");
  },
  choose: (files) => files.slice(-1),
  open: (sink) => {
    sink.warn("Keras logs epochs counted from 0; steps are epochs done");
    return parseTable(sink, () => ({ column: "epoch", offset: 1 }));
  },
};
