import type { Command } from "commander";

import { buildComparison } from "../../compare/compare.ts";
import { readRun } from "../../compare/run-data.ts";
import { sampleSource } from "../../compare/sample-source.ts";
import { findRun } from "../../run/store/run-folder.ts";
import { printComparison } from "../show-comparison.ts";
import type { CommandContext } from "./index.ts";

interface Options {
  readonly base?: string;
  readonly json?: true;
}

export function configure(command: Command, { io }: CommandContext): void {
  command
    .argument("[run]", "a run's folder or the end of its name", "latest")
    .option("--base <checkpoint>", "take differences against this checkpoint instead of the one to ship")
    .option("--json", "print one JSON document")
    .action(async (run: string, options: Options) => {
      const folder = await findRun(run);
      const data = await readRun(folder);
      const comparison = await buildComparison(data, options.base === undefined ? {} : { base: options.base });
      const format = options.json === true ? "json" : "console";
      await printComparison(comparison, sampleSource(data), { io, format, quiet: false, folder });
    });
}
