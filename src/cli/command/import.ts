import { Option, type Command } from "commander";

import { judgeNames, type JudgeName } from "../../../judges/index.ts";
import { EvalhError } from "../../core/errors.ts";
import { readResults } from "../../run/import/find-results.ts";
import { resultFormats, type ResultFormat } from "../../run/import/index.ts";
import type { ReferenceFile } from "../../run/import/imported.ts";
import { importRun } from "../../run/import/import-run.ts";
import { plural } from "../../../reports/number-format.ts";
import type { RunManifest } from "../../run/store/records.ts";
import { RUNS_FOLDER } from "../../run/store/run-folder.ts";
import { ExitCode } from "../io.ts";
import { version } from "../version.ts";
import type { CommandContext } from "./index.ts";

interface Options {
  readonly from?: ResultFormat;
  readonly suite?: string;
  readonly slice?: readonly string[];
  readonly references?: string;
  readonly referenceColumn?: string;
  readonly inputColumn?: string;
  readonly judge?: readonly JudgeName[];
  readonly output: string;
  readonly json?: true;
}

export function configure(command: Command, { io, finish }: CommandContext): void {
  command
    .argument("<path...>", "results of other programs, files or folders; each model becomes a checkpoint of one run")
    .addOption(new Option("--from <program>", "what wrote them, where that is not plain").choices(resultFormats))
    .option("--suite <name>", "name of the suite that the run is said to be of (default: the program's)")
    .option("--slice <column...>", "columns by whose values every score is also reported")
    .option(
      "--references <file>",
      "the rows that a HF Trainer's predictions answer, in their order: JSONL, JSON, CSV, Parquet",
    )
    .option(
      "--reference-column <column>",
      "where the references stand (default: a usual name, such as target or summary)",
    )
    .option("--input-column <column>", "where the inputs stand (default: a usual name, such as text or question)")
    .addOption(
      new Option("--judge <name...>", "how predictions are judged (default: as the Trainer's metrics say)").choices(
        judgeNames,
      ),
    )
    .option("-o, --output <folder>", "where runs are kept", RUNS_FOLDER)
    .option("--json", "print one JSON document")
    .addHelpText("after", "\nExample:\n  evalh import lm_eval_output/ && evalh compare\n")
    .action(async (paths: readonly string[], options: Options) => {
      const found = await readResults(paths, options.from ?? null, referenceFile(options));
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
      const { id, checkpoints } = manifest;
      const summary = {
        run: id,
        folder,
        state: manifest.state,
        checkpoints: checkpoints.map((each) => each.id),
        warnings,
      };
      io.stdout.write(
        options.json === true
          ? `${JSON.stringify(summary, null, 2)}\n`
          : `imported ${contentOf(manifest)}: run ${id}\nnext: evalh compare ${id}\n`,
      );
    });
}

/** "24 samples in 2 tasks of 2 models"; "totals in 2 tasks of 4 checkpoints". */
function contentOf({ units, checkpoints }: RunManifest): string {
  const samples = units.filter(({ kind }) => kind !== "total").reduce((sum, { n }) => sum + n, 0);
  const totals = units.some(({ kind }) => kind === "total") ? ["totals"] : [];
  const what = [...(samples > 0 || totals.length === 0 ? [plural(samples, "sample")] : []), ...totals].join(" and ");
  const isSeries = new Set(checkpoints.map(({ model }) => model)).size < checkpoints.length;
  return `${what} in ${plural(units.length, "task")} of ${plural(checkpoints.length, isSeries ? "checkpoint" : "model")}`;
}

/** @throws EvalhError E_USAGE for options that mean nothing without references */
function referenceFile({ references, referenceColumn, inputColumn, judge }: Options): ReferenceFile | null {
  if (references !== undefined) {
    return {
      path: references,
      referenceColumn: referenceColumn ?? null,
      inputColumn: inputColumn ?? null,
      judges: judge ?? null,
    };
  }
  if (referenceColumn === undefined && inputColumn === undefined && judge === undefined) return null;
  throw new EvalhError("E_USAGE", "--reference-column, --input-column and --judge need --references", {
    hint: "name the file that was predicted: --references test.jsonl",
  });
}
