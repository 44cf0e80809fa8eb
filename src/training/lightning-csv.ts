import { LIGHTNING_STEPS } from "./lightning-steps.ts";
import type { LogReader } from "./log-reader.ts";
import { columnsOf, parseTable } from "./table.ts";

/**
 * `metrics.csv` of Lightning's CSVLogger. Its steps count from 0 while its checkpoints count optimiser steps done, so
 * that the row of step 71 belongs to the checkpoint "step=72": 1 is added.
 */
export const lightningCsv: LogReader = {
  names: /^metrics\.csv$/,
  understands: ({ name, head }) => name === "metrics.csv" && columnsOf(head).includes("step"),
  // A resumed run opens version_1 and continues there.
  choose: (files) => files,
  open: (sink) => {
    sink.warn(LIGHTNING_STEPS);
    return parseTable(sink, () => ({ column: "step", offset: 1 }));
  },
};
