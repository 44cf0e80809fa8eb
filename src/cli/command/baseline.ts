import type { Command } from "commander";

import { makeBaseline } from "../../compare/baseline/make-baseline.ts";
import {
  BASELINE_FILE,
  openBaseline,
  readBaselineFile,
  writeBaseline,
  type BaselineFile,
} from "../../compare/baseline/baseline-file.ts";
import { changesSince, type BaselineChange } from "../../compare/baseline/changes.ts";
import { withRepetition } from "../../compare/baseline/repeat.ts";
import { chooseOf, findCheckpoint } from "../../compare/compare.ts";
import { readRun, type RunData } from "../../compare/run-data.ts";
import { EvalhError } from "../../core/errors.ts";
import { findRun } from "../../run/store/run-folder.ts";
import { shownPath } from "../baseline-option.ts";
import { ExitCode } from "../io.ts";
import { changeLine, changeLines, describeBaseline } from "../show-baseline.ts";
import type { CommandContext } from "./index.ts";

interface UpdateOptions {
  readonly file: string;
  readonly checkpoint?: string;
  readonly accept?: string;
  readonly dryRun?: true;
}

export function configure(command: Command, context: CommandContext): void {
  const { io } = context;
  command
    .command("show")
    .description("what the baseline holds, and which drops were accepted")
    .argument("[file]", "the baseline", BASELINE_FILE)
    .option("--json", "print one JSON document, without the scores of single samples")
    .action(async (file: string, options: { readonly json?: true }) => {
      const baseline = await existing(file);
      const units = baseline.units.map((unit) => ({
        ...unit,
        judges: unit.judges.map(({ stats: _stats, ...rest }) => rest),
      }));
      const { measured } = baseline;
      const runs = measured?.runs.map(({ answers: _answers, ...rest }) => rest);
      const document = { ...baseline, units, ...(measured === undefined ? {} : { measured: { ...measured, runs } }) };
      io.stdout.write(
        options.json === true ? `${JSON.stringify(document, null, 2)}\n` : describeBaseline(baseline, file),
      );
    });
  command
    .command("update")
    .description("show how a run differs from the baseline, then make it the baseline")
    .argument("[run]", "a run's folder or the end of its name", "latest")
    .option("--file <file>", "the baseline", BASELINE_FILE)
    .option("--checkpoint <checkpoint>", "take this checkpoint instead of the one to ship")
    .option(
      "--accept <reason>",
      "let pass what became worse or can no longer be compared; the reason is kept in the file",
    )
    .option("--dry-run", "show the difference and write nothing")
    .action(async (run: string, options: UpdateOptions) => update(run, options, context));
  command
    .command("repeat")
    .description("add what another run of the same checkpoint measured: from three runs on, gates know their spread")
    .argument("[run]", "a run's folder or the end of its name", "latest")
    .option("--file <file>", "the baseline", BASELINE_FILE)
    .action(async (run: string, { file }: { readonly file: string }) => {
      const baseline = await existing(file);
      const data = await readRun(await findRun(run));
      refusePart(data);
      refuseUnfinished(data);
      const measured = await withRepetition(baseline, data);
      await writeBaseline(file, { ...baseline, measured });
      io.stdout.write(`wrote ${shownPath(file)}: ${measured.runs.length} runs of ${baseline.checkpoint.id}\n`);
    });
}

async function existing(file: string): Promise<BaselineFile> {
  const found = await readBaselineFile(file);
  if (found !== null) return found;
  throw new EvalhError("E_USAGE", `there is no baseline ${file}`, { hint: "make one with `evalh baseline update`" });
}

/** Later runs could be held against no more than the part that this one asked. */
function refusePart({ manifest: { id, drawing } }: RunData): void {
  if (drawing === undefined || drawing.done >= drawing.looks) return;
  throw new EvalhError("E_USAGE", `run ${id} asked only a part of its samples`, {
    hint: "make the baseline of a run without --until-decided",
  });
}

async function update(wanted: string, options: UpdateOptions, { io, finish }: CommandContext): Promise<void> {
  const data = await readRun(await findRun(wanted));
  refusePart(data);
  const checkpoint = checkpointOf(data, options);
  const old = await readBaselineFile(options.file);
  const changes = old === null ? [] : await changesFrom(old, data, { file: options.file, checkpoint });
  for (const line of changeLines(changes, old)) io.stdout.write(`${line}\n`);
  const worse = changes.filter((change) => change.worse || change.conflict !== null).map(changeLine);
  const accept = options.accept?.trim() ?? "";
  if (worse.length > 0 && accept === "") {
    io.stderr.write(
      `not written: ${worse.length} of ${changes.length} metrics became worse or cannot be compared\n` +
        ` hint: if that is meant, say why: evalh baseline update ${wanted === "latest" ? "" : `${wanted} `}--accept "reason"\n`,
    );
    finish(ExitCode.gateFailed);
    return;
  }
  if (options.dryRun === true) return;
  const acceptance = { at: new Date().toISOString(), run: data.manifest.id, reason: accept, worse };
  const accepted = [...(old?.accepted ?? []), ...(accept === "" ? [] : [acceptance])];
  await writeBaseline(options.file, await makeBaseline(data, checkpoint, accepted));
  io.stdout.write(`wrote ${shownPath(options.file)}: ${checkpoint} of run ${data.manifest.id}\n`);
  io.stderr.write(lostRepetitions(old));
}

/** A new baseline has one run; those that repeated the old one are of another checkpoint, or of other samples. */
function lostRepetitions(old: BaselineFile | null): string {
  const lost = (old?.measured?.runs.length ?? 1) - 1;
  if (lost < 1) return "";
  const what =
    lost === 1 ? "1 repetition of the old baseline is gone" : `${lost} repetitions of the old baseline are gone`;
  return `note: ${what}; \`evalh baseline repeat\` adds new ones\n`;
}

function refuseUnfinished({ manifest: { id, state } }: RunData): void {
  if (state === "complete") return;
  throw new EvalhError("E_USAGE", `run ${id} is ${state}: it is no baseline`, {
    hint: "continue it with `evalh run --resume`",
  });
}

function checkpointOf(data: RunData, { checkpoint: wanted }: UpdateOptions): string {
  refuseUnfinished(data);
  const { id } = data.manifest;
  const checkpoint = findCheckpoint(data, wanted) ?? chooseOf(data).ship?.checkpoint;
  if (checkpoint === undefined) throw new EvalhError("E_USAGE", `run ${id} has no checkpoint with scores`);
  return checkpoint;
}

async function changesFrom(
  old: BaselineFile,
  data: RunData,
  { file, checkpoint }: { readonly file: string; readonly checkpoint: string },
): Promise<BaselineChange[]> {
  if (old.suite.name !== data.manifest.suite.name) {
    throw new EvalhError(
      "E_NOT_COMPARABLE",
      `${file} is of suite "${old.suite.name}", the run of suite "${data.manifest.suite.name}"`,
      { hint: "name another file with --file" },
    );
  }
  const index = data.checkpoints.findIndex(({ id }) => id === checkpoint);
  return changesSince(await openBaseline(old, file), data, index);
}
