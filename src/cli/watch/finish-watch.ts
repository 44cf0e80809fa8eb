import { join, relative } from "node:path";

import { escapeText } from "../../../reports/escape-text.ts";
import { buildComparison } from "../../compare/compare.ts";
import { readRun } from "../../compare/run-data.ts";
import { sampleSource } from "../../compare/sample-source.ts";
import type { ErrorInfo } from "../../core/errors.ts";
import type { RunState } from "../../run/store/records.ts";
import type { Watched } from "../../training/watch.ts";
import { gateExit } from "../gate-exit.ts";
import type { Interrupt } from "../interrupt.ts";
import { ExitCode, type CliIo } from "../io.ts";
import { printComparison, writeHtml } from "../show-comparison.ts";
import type { WatchRequest } from "./watch-run.ts";
import type { WatchSession } from "./watch-session.ts";

/** A watch that has ended. */
export interface EndedWatch {
  readonly request: WatchRequest;
  readonly session: WatchSession;
  readonly watched: Watched;
  readonly state: RunState;
  readonly folder: string;
  /** Of the trainer. */
  readonly failure: ErrorInfo | null;
}

/** Most checkpoints named. */
const MOST_NAMED = 6;

function namesOf(checkpoints: readonly { readonly name: string }[]): string {
  const names = checkpoints.slice(0, MOST_NAMED).map(({ name }) => name);
  const more = checkpoints.length - names.length;
  return `${names.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

/** Compares what was evaluated and says what became of the training. @returns the exit code */
export async function finishWatch(ended: EndedWatch, interrupt: Interrupt, io: CliIo): Promise<number> {
  const { request, session, watched, state, folder, failure } = ended;
  const resume = `resume: ${request.resumeCommand} ${relative(process.cwd(), folder)}\n`;
  if (failure !== null) io.stderr.write(`error: the trainer ${escapeText(failure.message)}\n`);
  const code = interrupt.exitCode();
  if (code !== null) {
    io.stderr.write(resume);
    return code;
  }
  for (const { name, reason } of watched.incomplete) {
    io.stderr.write(`warning: ${escapeText(name)} was left out: ${escapeText(reason ?? "it is not complete")}\n`);
  }
  if (watched.left.length > 0) {
    io.stderr.write(`the budget left out ${escapeText(namesOf(watched.left))}\n${resume}`);
  }
  if (watched.evaluated === 0) {
    io.stderr.write(`error: no checkpoint in ${relative(process.cwd(), request.output)} could be evaluated\n`);
    return ExitCode.incomplete;
  }
  const data = await readRun(folder);
  const comparison = await buildComparison(data);
  const source = sampleSource(data);
  await printComparison(comparison, source, { io, format: request.json ? "json" : "console", quiet: false, folder });
  const kept = session.kept();
  const stopped = session.stopped();
  const lines = [
    ...(stopped === null ? [] : [`the training was stopped: ${stopped}`]),
    ...(kept === null ? [] : [`checkpoint to ship: ${relative(process.cwd(), kept)}`]),
  ];
  if (request.report) {
    const path = join(folder, "report.html");
    await writeHtml(comparison, source, path);
    lines.push(`report: ${relative(process.cwd(), path)}`);
  }
  (request.json ? io.stderr : io.stdout).write(`\n${lines.map((line) => `${line}\n`).join("")}`);
  return gateExit(comparison, { incomplete: state !== "complete", strict: false });
}
