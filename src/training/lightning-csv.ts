import type { LogReader } from "./log-reader.ts";
import { columnsOf, parseTable } from "./table.ts";

/**
 * `metrics.csv` of Lightning's CSVLogger. Its steps count from 0 while its checkpoints count optimiser steps done, so
 * that the row of step 71 belongs to the checkpoint "step=72": 1 is added.
 */
export const lightningCsv: LogReader = {
  names: /^metrics\.csv$/,
  understands: ({ name, head }) => name === "metrics.csv" && columnsOf(head).includes("step"),
  open: (sink) => {
    sink.warn("Lightning counts steps from 0; they are shown as its checkpoints count them, from 1");
    return parseTable(sink, () => ({ column: "step", offset: 1 }));
  },
};
