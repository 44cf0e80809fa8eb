import { relative, resolve } from "node:path";

import { Option, type Command } from "commander";

import { leakedScores, type LeakedScore } from "../../compare/leaked-scores.ts";
import { readRun } from "../../compare/run-data.ts";
import { EvalhError, type Place } from "../../core/errors.ts";
import { checkNames, type CheckName } from "../../dataset/check/index.ts";
import { runChecks, type CheckReport, type ReportedFinding } from "../../dataset/check/run-checks.ts";
import { openDataset } from "../../dataset/index.ts";
import { datasetRevision, type DatasetRevision } from "../../dataset/revision.ts";
import { findRun } from "../../run/store/run-folder.ts";
import type { CommandContext } from "../command/index.ts";
import { ExitCode } from "../io.ts";
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
    .option("-r, --run <run>", "with --train: the scores of this run with and without the leaked rows")
    .option("--json", "print one JSON document")
    .action(async (path: string, options: Options) => {
      const known = await describeDataset(path, options);
      const report = await runChecks({ ...checkOptions(known, options), names: options.only ?? checkNames });
      const leaked = options.run === undefined ? null : await scoresWithout(known, report, options.run);
      const revision = await datasetRevision(known.spec);
      const hasProblem = report.findings.some(({ level }) => level === "problem");
      io.stdout.write(
        options.json === true
          ? `${JSON.stringify(asJson(path, { known, report, leaked, revision, options }), null, 2)}\n`
          : asText(path, { known, report, leaked, revision, options }),
      );
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

async function scoresWithout({ spec }: KnownDataset, report: CheckReport, wanted: string): Promise<LeakedScore[]> {
  if (report.trainingRows === null) {
    throw new EvalhError("E_USAGE", "--run shows scores without leaked rows, and needs --train to find them");
  }
  const leaked = report.drop.get("leakage") ?? new Set<number>();
  const ids = new Set<string>();
  const all = new Set<string>();
  let ordinal = 0;
  for await (const { id } of openDataset(spec)) {
    all.add(id);
    if (leaked.has(ordinal++)) ids.add(id);
  }
  return leakedScores(await readRun(await findRun(wanted)), { leaked: ids, known: all });
}

interface Shown {
  readonly known: KnownDataset;
  readonly report: CheckReport;
  readonly leaked: readonly LeakedScore[] | null;
  readonly revision: DatasetRevision;
  readonly options: Options;
}

function asJson(path: string, { known, report, leaked, revision, options }: Shown): object {
  const findings = report.findings.map(({ fix, ...finding }) => ({
    ...finding,
    fix: fix === null ? null : fixCommand(path, finding.check, options),
  }));
  const { rows, trainingRows } = report;
  return {
    format: "evalh-data-check/1",
    dataset: path,
    revision,
    rows,
    training_rows: trainingRows,
    columns: known.roles,
    findings,
    leaked_scores: leaked,
  };
}

function asText(path: string, { known, report, leaked, revision, options }: Shown): string {
  const { input, reference } = known.roles;
  const training = report.trainingRows === null ? "" : `, ${report.trainingRows} rows of training data`;
  const roles =
    input.length === 0 ? "every text is looked at as input" : `${input.join(", ")} → ${reference.join(", ")}`;
  const lines = [`${path}: ${report.rows} rows${training}; ${roles}`, `revision ${revision.sha256.slice(0, 16)}`];
  for (const finding of report.findings) {
    lines.push("", ...findingLines(finding));
    if (finding.fix !== null) lines.push(`    fix: ${fixCommand(path, finding.check, options)}`);
  }
  const problems = report.findings.filter(({ level }) => level === "problem").length;
  if (leaked !== null) lines.push("", ...leakedLines(leaked));
  const notes = report.findings.length - problems;
  lines.push("", problems + notes === 0 ? "nothing found" : `${problems} problems, ${notes} notes`);
  return `${lines.join("\n")}\n`;
}

function findingLines({ check, level, message, count, of, evidence }: ReportedFinding): string[] {
  const share = `${((100 * count) / of).toFixed(count * 1000 < of ? 2 : 1)} %`;
  const shown = evidence.map(({ place, ordinal, field, other, what }) => {
    const twin = other === undefined ? "" : ` = ${placeText(other.place, other.ordinal)}`;
    return `    ${placeText(place, ordinal)}${twin}${field === undefined ? "" : ` ${field}`}: ${what}`;
  });
  return [`${level === "problem" ? "PROBLEM" : "note"} ${check}: ${count} ${message} (${share})`, ...shown];
}

function placeText({ file, line }: Place, ordinal: number): string {
  return `${relative(process.cwd(), file)}:${line ?? `row ${ordinal + 1}`}`;
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

function leakedLines(scores: readonly LeakedScore[]): string[] {
  if (scores.length === 0) return ["no leaked row was asked in the run"];
  return [
    "scores with and without the leaked rows:",
    ...scores.map(({ key, checkpoint, all, clean, leaked }) => {
      const text = (each: LeakedScore["all"]): string =>
        each === null ? "–" : `${each.value.toFixed(2)} [${each.lo.toFixed(2)}, ${each.hi.toFixed(2)}] n=${each.n}`;
      return `    ${key} ${checkpoint}: ${text(all)}; without ${text(clean)}; leaked alone ${text(leaked)}`;
    }),
  ];
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
