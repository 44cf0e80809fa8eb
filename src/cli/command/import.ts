import { Option, type Command } from "commander";

import { readResults } from "../../run/import/find-results.ts";
import { resultFormats, type ResultFormat } from "../../run/import/index.ts";
import { importRun } from "../../run/import/import-run.ts";
import { RUNS_FOLDER } from "../../run/store/run-folder.ts";
import { ExitCode } from "../io.ts";
import { version } from "../version.ts";
import type { CommandContext } from "./index.ts";

interface Options {
  readonly from?: ResultFormat;
  readonly suite?: string;
  readonly slice?: readonly string[];
  readonly output: string;
  readonly json?: true;
}

export function configure(command: Command, { io, finish }: CommandContext): void {
  command
    .argument("<path...>", "results of other programs, files or folders; each model becomes a checkpoint of one run")
    .addOption(new Option("--from <program>", "what wrote them, where that is not plain").choices(resultFormats))
    .option("--suite <name>", "name of the suite that the run is said to be of (default: the program's)")
    .option("--slice <column...>", "columns by whose values every score is also reported")
    .option("-o, --output <folder>", "where runs are kept", RUNS_FOLDER)
    .option("--json", "print one JSON document")
    .addHelpText("after", "\nExample:\n  evalh import lm_eval_output/ && evalh compare\n")
    .action(async (paths: readonly string[], options: Options) => {
      const found = await readResults(paths, options.from ?? null);
      const results = found.flatMap((each) => each.results);
      const { folder, manifest } = await importRun({
        results,
        suite: options.suite ?? found[0]?.format ?? "imported",
        slices: options.slice ?? [],
        root: options.output,
        evalh: version(),
      });
      const warnings = results.flatMap((result) => result.warnings);
      for (const warning of warnings) io.stderr.write(`warning: ${warning}\n`);
      if (manifest.state !== "complete") {
        io.stderr.write("warning: not every model has an answer to every sample; the run is incomplete\n");
        finish(ExitCode.incomplete);
      }
      const { id, checkpoints, units } = manifest;
      const summary = {
        run: id,
        folder,
        state: manifest.state,
        checkpoints: checkpoints.map((each) => each.id),
        warnings,
      };
      const samples = units.reduce((sum, { n }) => sum + n, 0);
      io.stdout.write(
        options.json === true
          ? `${JSON.stringify(summary, null, 2)}\n`
          : `imported ${samples} samples in ${units.length} tasks of ${checkpoints.length} models: run ${id}\nnext: evalh compare ${id}\n`,
      );
    });
}
