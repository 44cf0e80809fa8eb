import { relative } from "node:path";

import { InvalidArgumentError, type Command } from "commander";

import { EvalhError } from "../../core/errors.ts";
import type { Suite } from "../../suite/suite.ts";
import { startRun, type RunRequest } from "../start-run.ts";
import { dryRun } from "../dry-run.ts";
import { BASELINE_HELP } from "../baseline-option.ts";
import { cacheOf, parseBytes, type CacheFlags } from "../cache-option.ts";
import { GATE_HELP, repeated } from "../gate-flags.ts";
import { loadSuiteOrTask } from "../load-tasks.ts";
import { locateSuite } from "../locate-suite.ts";
import { parseSeconds } from "../parse-seconds.ts";
import { modelArguments, overrideModels, overridesModels, type ModelFlags } from "../model-override.ts";
import { readManifest, RUNS_FOLDER, findRun } from "../../run/store/run-folder.ts";
import type { CommandContext } from "./index.ts";

interface Options extends CacheFlags, ModelFlags {
  readonly output: string;
  readonly resume?: string | true;
  readonly concurrency?: number;
  readonly limit?: number;
  readonly task?: readonly string[];
  readonly checkpoint?: readonly string[];
  readonly base?: string;
  readonly json?: true;
  readonly jsonl?: true;
  readonly quiet?: true;
  readonly ui?: true;
  readonly dryRun?: true;
  readonly report: boolean;
  readonly baseline?: string;
  readonly gate?: readonly string[];
  readonly untilDecided?: true;
  readonly strict?: true;
  readonly allowOutside?: true;
  readonly allowCode?: true;
  readonly wait?: number;
  readonly data?: string;
}

export function configure(command: Command, context: CommandContext): void {
  command
    .argument("[suite]", "a suite file, a folder with a suite.yaml, or the name of one that ships")
    .option("-o, --output <folder>", "where runs are kept", RUNS_FOLDER)
    .option("--resume [run]", "continue a run: its name, its folder, or the newest")
    .option("-c, --concurrency <n>", "calls to a backend at a time", positive)
    .option("--limit <n>", "only the first n samples of each task", positive)
    .option("--task <name...>", "only these tasks")
    .option("--checkpoint <name...>", "only these checkpoints")
    .option("--base <checkpoint>", "take differences against this checkpoint instead of the one to ship")
    .option("--baseline <baseline>", BASELINE_HELP)
    .option("--gate <gate>", GATE_HELP, repeated)
    .option("--until-decided", "ask samples in random order, and no more than it takes to decide the gates")
    .option("--strict", "exit with 4 where a gate or the verdict is inconclusive")
    .option("--no-report", "write no HTML report")
    .option("--dry-run", "show what would be asked, and how small a difference it can show; ask nothing")
    .option("--base-url <url>", "ask the model served there instead of the suite's models")
    .option("--backend <name>", "how to ask, instead of the suite's backend; with --base-url openai by default")
    .option("--model <name>", "the name by which the server knows the model")
    .option("--option <name=value...>", "options of the backend, over the suite's: --option api=completions")
    .option("--data <path>", "for a task file of lm-evaluation-harness: its dataset, in the place of the hub's")
    .option("--wait <seconds>", "how long to wait for a server that is not there yet", parseSeconds)
    .option("--allow-code", "let the suite start programs (backend `command`)")
    .option("--allow-outside", "let the suite read files outside its folder")
    .option("--no-cache", "ask everything, also what an earlier run has asked")
    .option("--cache-served", "keep answers of served models across runs, too; their weights cannot be seen")
    .option("--cache-limit <size>", "most that answers of all runs may take on disk (default: 1GB)", parseBytes)
    .option("--json", "print the comparison as one JSON document")
    .option("--jsonl", "print every event as a line of JSON")
    .option("--ui", "watch the run on the whole terminal, and look at its results there")
    .option("-q, --quiet", "no progress")
    .action(async (suite: string | undefined, options: Options) => {
      const request = await requestOf(suite, options, (text) => {
        if (options.quiet !== true) context.io.stderr.write(`note: ${text}\n`);
      });
      context.finish(options.dryRun === true ? await dryRun(request, context.io) : await startRun(request, context.io));
    });
}

/** Folder of the run to continue; null for a new one. */
async function resumedRun({ resume, output }: Options): Promise<string | null> {
  return resume === undefined ? null : findRun(resume === true ? "latest" : resume, output);
}

async function requestOf(
  wanted: string | undefined,
  options: Options,
  note: (text: string) => void,
): Promise<RunRequest> {
  const resume = await resumedRun(options);
  if (wanted === undefined && resume === null) {
    throw new EvalhError("E_USAGE", "which suite?", {
      hint: "try `evalh run icd-coding`, or `evalh init` to write your own",
    });
  }
  const path =
    wanted === undefined && resume !== null ? (await readManifest(resume)).suite.file : await locateSuite(wanted ?? "");
  const loaded = await loadSuiteOrTask(path, {
    allowOutside: options.allowOutside === true,
    data: options.data ?? null,
    namesModel: options.baseUrl !== undefined,
    note,
  });
  return {
    suite: await overrideModels(narrow(loaded, options), options, note),
    checkpoints: options.checkpoint ?? null,
    resume,
    root: options.output,
    concurrency: options.concurrency ?? null,
    readyTimeout: options.wait ?? null,
    cache: cacheOf(options),
    base: options.base ?? null,
    baseline: options.baseline ?? null,
    gateFlags: options.gate ?? [],
    untilDecided: options.untilDecided === true,
    // Fewer samples or tasks are for trying out: the committed baseline is of all of them.
    isPartial: isPartial(options),
    strict: options.strict === true,
    output: options.json === true ? "json" : options.jsonl === true ? "jsonl" : "text",
    quiet: options.quiet === true,
    ui: options.ui === true,
    report: options.report,
    allowCode: options.allowCode === true,
    resumeCommand: (folder) => resumeCommand(wanted, options, folder),
  };
}

/** The command line that asks for the same: whatever decides samples, models and checkpoints. */
function resumeCommand(wanted: string | undefined, options: Options, folder: string): string {
  const { data, limit, task = [], checkpoint = [] } = options;
  const parts = [
    ...(wanted === undefined ? [] : [wanted]),
    ...modelArguments(options),
    ...(data === undefined ? [] : ["--data", data]),
    ...(limit === undefined ? [] : ["--limit", String(limit)]),
    ...task.flatMap((name) => ["--task", name]),
    ...checkpoint.flatMap((name) => ["--checkpoint", name]),
    "--resume",
    relative(process.cwd(), folder),
  ];
  return ["evalh run", ...parts.map(inShell)].join(" ");
}

/** A word for a shell to take as it is. */
function inShell(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

function isPartial(options: Options): boolean {
  return options.limit !== undefined || options.task !== undefined || overridesModels(options);
}

/** The suite with fewer tasks or samples, as flags ask. */
function narrow(suite: Suite, { task, limit }: Options): Suite {
  const unknown = task?.find((name) => !suite.tasks.some((known) => known.name === name));
  if (unknown !== undefined) {
    throw new EvalhError("E_USAGE", `the suite has no task "${unknown}"`, {
      hint: `it has ${suite.tasks.map(({ name }) => name).join(", ")}`,
    });
  }
  const tasks = task === undefined ? suite.tasks : suite.tasks.filter(({ name }) => task.includes(name));
  const gates = suite.gates.filter(
    ({ metric }) => !metric.includes("/") || tasks.some(({ name }) => metric.startsWith(`${name}/`)),
  );
  if (limit === undefined) return { ...suite, tasks, gates };
  return {
    ...suite,
    gates,
    tasks: tasks.map((each) => ({
      ...each,
      dataset: { ...each.dataset, limit: Math.min(limit, each.dataset.limit ?? limit) },
    })),
  };
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("a whole number from 1 is needed");
  return value;
}
