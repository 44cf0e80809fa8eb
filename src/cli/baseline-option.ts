import { stat } from "node:fs/promises";
import { relative } from "node:path";

import type { Baseline } from "../compare/baseline/baseline.ts";
import { BASELINE_FILE, openBaseline, parseBaseline, readBaselineFile } from "../compare/baseline/baseline-file.ts";
import { runBaseline } from "../compare/baseline/run-baseline.ts";
import { chooseOf } from "../compare/compare.ts";
import { readRun } from "../compare/run-data.ts";
import { EvalhError } from "../core/errors.ts";
import { findRun } from "../run/store/run-folder.ts";
import { checkRevision, git } from "./git.ts";

/** Text of the option's help. */
export const BASELINE_HELP = `what gates compare with: a file, a run, or git:<revision> (default: ${BASELINE_FILE})`;

/**
 * The baseline that was named, or the one in the working folder if it is of this suite.
 * @throws EvalhError E_USAGE if what was named is not there
 */
export async function loadBaseline(wanted: string | undefined, suite: string): Promise<Baseline | null> {
  if (wanted === undefined) {
    const found = await readBaselineFile(BASELINE_FILE);
    return found === null || found.suite.name !== suite ? null : openBaseline(found, BASELINE_FILE);
  }
  if (wanted.startsWith("git:")) return fromGit(wanted);
  const info = await stat(wanted).catch(() => null);
  if (info?.isFile() === true) {
    const found = await readBaselineFile(wanted);
    if (found !== null) return openBaseline(found, wanted);
  }
  if (info === null && wanted.endsWith(".json")) {
    throw new EvalhError("E_USAGE", `there is no baseline ${wanted}`, {
      hint: "make one with `evalh baseline update`, and commit it",
    });
  }
  const data = await readRun(await findRun(wanted));
  const checkpoint = chooseOf(data).ship?.checkpoint ?? data.checkpoints[0]?.id ?? "";
  return runBaseline(data, checkpoint);
}

/** "git:main" is the committed file at that revision; "git:main:path" another file. */
async function fromGit(wanted: string): Promise<Baseline> {
  const [, revision = "", path = `./${BASELINE_FILE}`] = /^git:([^:]*)(?::(.+))?$/s.exec(wanted) ?? [];
  const name = `${checkRevision(revision)}:${path}`;
  const text = await git(["show", name], `cannot read ${wanted}`);
  return openBaseline(parseBaseline(text, name), name);
}

/** A path as people type it. */
export function shownPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short === "" || short.startsWith("..") ? path : short;
}
