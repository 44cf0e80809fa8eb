import { resolve } from "node:path";

import { Option, type Command } from "commander";

import { writeDataCheck, type DataCheck } from "../../compare/data-check.ts";
import { leakedScores, type LeakedScore } from "../../compare/leaked-scores.ts";
import { readRun } from "../../compare/run-data.ts";
import { EvalhError } from "../../core/errors.ts";
import { checkNames, type CheckName } from "../../dataset/check/index.ts";
import { runChecks, type CheckReport } from "../../dataset/check/run-checks.ts";
import { openDataset } from "../../dataset/index.ts";
import { datasetRevision } from "../../dataset/revision.ts";
import { findRun } from "../../run/store/run-folder.ts";
import type { CommandContext } from "../command/index.ts";
import { ExitCode } from "../io.ts";
import { checkText } from "./check-text.ts";
import { describeDataset, type ColumnOptions, type KnownDataset } from "./dataset-request.ts";

interface Options extends ColumnOptions {
  readonly train?: string;
  readonly run?: string;
  readonly only?: readonly CheckName[];
  readonly similarity: number;
  readonly context?: number;
  readonly json?: true;
}

/** Options that every sub-command over one dataset has. */
export function addColumnOptions(command: Command): Command {
  return command
    .option("-s, --suite <suite>", "take from this suite what the columns are for")
    .option("--id <column>", "the column with unique ids")
    .option("--input <column...>", "the columns that the prompt is made of")
    .option("--reference <column...>", "the columns with the right answer");
}

/** Options of whatever runs checks. */
export function addCheckOptions(command: Command): Command {
  return addColumnOptions(command)
    .option("-t, --train <file>", "the training data, to look for evaluation rows in them")
    .option("--similarity <share>", "near duplicates share this much of their runs of five characters", share, 0.8)
    .option("--context <tokens>", "what the model can read, to find rows that are longer", positive);
}

export function configureCheck(command: Command, { io, finish }: CommandContext): void {
  addCheckOptions(
    command.argument(
      "<dataset>",
      "JSONL, JSON, CSV, Parquet or Arrow: a file, a pattern, a folder of shards or of `save_to_disk`",
    ),
  )
    .addOption(new Option("--only <check...>", "these checks only").choices(checkNames))
    .option(
      "-r, --run <run>",
      "keep the findings with this run, for its report; with --train, its scores without leaked rows",
    )
    .option("--json", "print one JSON document")
    .action(async (path: string, options: Options) => {
      const known = await describeDataset(path, options);
      const report = await runChecks({ ...checkOptions(known, options), names: options.only ?? checkNames });
      const run = options.run === undefined ? null : await findRun(options.run);
      const check: DataCheck = {
        format: "evalh-data-check/1",
        dataset: path,
        revision: await datasetRevision(known.spec),
        rows: report.rows,
        training_rows: report.trainingRows,
        columns: known.roles,
        findings: report.findings.map(({ fix, ...finding }) => ({
          ...finding,
          fix: fix === null ? null : fixCommand(path, finding.check, options),
        })),
        leaked_scores: run === null || report.trainingRows === null ? null : await scoresWithout(known, report, run),
      };
      if (run !== null) await writeDataCheck(run, check);
      const hasProblem = report.findings.some(({ level }) => level === "problem");
      io.stdout.write(options.json === true ? `${JSON.stringify(check, null, 2)}\n` : checkText(check));
      finish(hasProblem ? ExitCode.gateFailed : ExitCode.pass);
    });
}

/** The part of a request that the options decide. */
export function checkOptions(
  { spec, roles }: KnownDataset,
  options: Pick<Options, "train" | "similarity" | "context">,
): Omit<Parameters<typeof runChecks>[0], "names"> {
  return {
    dataset: spec,
    // Training data are only looked up, so their ids need not be unique.
    training: options.train === undefined ? null : { path: resolve(options.train) },
    roles,
    similarity: options.similarity,
    ...(options.context === undefined ? {} : { contextTokens: options.context }),
  };
}

async function scoresWithout({ spec }: KnownDataset, report: CheckReport, run: string): Promise<LeakedScore[]> {
  const leaked = report.drop.get("leakage") ?? new Set<number>();
  const ids = new Set<string>();
  const all = new Set<string>();
  let ordinal = 0;
  for await (const { id } of openDataset(spec)) {
    all.add(id);
    if (leaked.has(ordinal++)) ids.add(id);
  }
  return leakedScores(await readRun(run), { leaked: ids, known: all });
}

function fixCommand(path: string, check: CheckName, options: Options): string {
  const stem = path.replace(/[*?]/gu, "").replace(/\.[a-z]+$/u, "");
  const given = [
    ...(check === "leakage" && options.train !== undefined ? ["--train", options.train] : []),
    ...(options.suite === undefined ? [] : ["--suite", options.suite]),
    ...(options.id === undefined ? [] : ["--id", options.id]),
    ...(options.input === undefined ? [] : ["--input", ...options.input]),
    ...(options.reference === undefined ? [] : ["--reference", ...options.reference]),
    ...(options.context === undefined || check !== "length" ? [] : ["--context", String(options.context)]),
    ...(options.similarity === 0.8 ? [] : ["--similarity", String(options.similarity)]),
  ];
  const words = ["evalh", "data", "clean", path, "--apply", check, ...given, "--output", `${stem}.clean.jsonl`];
  return words.map((word) => (/^[\w./@%+,:=-]+$/u.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(" ");
}

function share(text: string): number {
  const value = Number(text);
  if (value > 0 && value <= 1) return value;
  throw new EvalhError("E_USAGE", `--similarity must be above 0 and at most 1, not ${text}`);
}

function positive(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new EvalhError("E_USAGE", `--context must be a whole number above 0, not ${text}`);
}
