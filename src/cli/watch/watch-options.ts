import { resolve } from "node:path";

import { InvalidArgumentError, Option, type Command } from "commander";

import type { Generalisation } from "../../core/verdict.ts";
import { RUNS_FOLDER } from "../../run/store/run-folder.ts";
import { WATCH_ORDERS, type WatchOrder } from "../../training/watch-order.ts";
import { STOP_VERDICTS } from "../../training/watch-verdict.ts";
import type { CliIo } from "../io.ts";
import type { PruneMode } from "./prune.ts";

/** How a training is watched, whoever trains. */
export interface WatchSettings {
  readonly order: WatchOrder;
  readonly mostCheckpoints: number;
  readonly mostSeconds: number;
  /** Milliseconds between two looks. */
  readonly interval: number;
  /** Milliseconds without anything new after which a training counts as over. */
  readonly idle: number;
  /** Whether only what is there already is evaluated. */
  readonly once: boolean;
  /** Verdicts on which the training is stopped. */
  readonly stopOn: ReadonlySet<Generalisation>;
  /** Null keeps every checkpoint. */
  readonly prune: PruneMode | null;
  /** Where new runs go. */
  readonly root: string;
  readonly allowCode: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly report: boolean;
}

/** Options that `train` and `watch` share, as commander gives them. */
export interface WatchFlags {
  readonly output: string;
  readonly order: WatchOrder;
  readonly maxCheckpoints: number;
  readonly maxSeconds: number;
  readonly interval: number;
  readonly stopOn?: ReadonlySet<Generalisation>;
  readonly prune?: PruneMode;
  readonly model?: string;
  readonly device?: string;
  readonly python?: string;
  readonly resume?: string | true;
  readonly allowOutside?: true;
  readonly allowCode?: true;
  readonly json?: true;
  readonly quiet?: true;
  readonly report: boolean;
}

export function addWatchOptions(command: Command): Command {
  return command
    .option("-o, --output <folder>", "where runs are kept", RUNS_FOLDER)
    .option("--model <name>", "the suite's model whose checkpoints they are")
    .option("--device <device>", "where checkpoints are evaluated, for example cuda:1 or cpu")
    .option("--python <path>", "Python with torch and transformers (default: $EVALH_PYTHON, then python3)")
    .addOption(
      new Option("--order <order>", "which checkpoint first when several wait").choices(WATCH_ORDERS).default("newest"),
    )
    .option("--max-checkpoints <n>", "evaluate at most so many", wholeNumber, Infinity)
    .option("--max-seconds <seconds>", "spend at most so long on evaluating", positiveNumber, Infinity)
    .option("--interval <seconds>", "between two looks at the output folder", positiveNumber, 2)
    .option(
      "--stop-on <verdicts>",
      `stop the training on these, separated by commas: ${STOP_VERDICTS.join(", ")}; or none`,
      verdicts,
    )
    .addOption(
      new Option("--prune [mode]", "delete checkpoints that nothing needs any more; without `delete` only say which")
        .choices(["dry-run", "delete"])
        .preset("dry-run"),
    )
    .option("--allow-outside", "let the suite read files outside its folder")
    .option("--allow-code", "let the suite start programs and set any environment variable")
    .option("--no-report", "write no HTML report")
    .option("--json", "print the comparison as one JSON document")
    .option("-q, --quiet", "no progress");
}

/** @param stopOn what stops a training unless the user says otherwise */
export function watchSettings(
  flags: WatchFlags,
  own: Pick<WatchSettings, "idle" | "once"> & { readonly stopOn: ReadonlySet<Generalisation> },
): WatchSettings {
  return {
    order: flags.order,
    mostCheckpoints: flags.maxCheckpoints,
    mostSeconds: flags.maxSeconds,
    interval: flags.interval * 1000,
    idle: own.idle,
    once: own.once,
    stopOn: flags.stopOn ?? own.stopOn,
    prune: flags.prune ?? null,
    root: flags.output,
    allowCode: flags.allowCode === true,
    json: flags.json === true,
    quiet: flags.quiet === true,
    report: flags.report,
  };
}

/**
 * The Python to start. A path is made absolute, for programs start in folders of their own.
 * @returns null where the user names none
 */
export function pythonOf({ python }: Pick<WatchFlags, "python">, env: CliIo["env"]): string | null {
  const named = python ?? env["EVALH_PYTHON"];
  if (named === undefined || named === "") return null;
  return named.includes("/") ? resolve(named) : named;
}

export function positiveNumber(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError("a number above 0 is needed");
  return value;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("a whole number from 1 is needed");
  return value;
}

function verdicts(text: string): ReadonlySet<Generalisation> {
  if (text === "none") return new Set();
  const names = text.split(",").map((name) => name.trim());
  const found = names.map((name) => {
    const verdict = STOP_VERDICTS.find((each) => each === name);
    if (verdict === undefined) throw new InvalidArgumentError(`there are ${STOP_VERDICTS.join(", ")}, or none`);
    return verdict;
  });
  return new Set(found);
}
