import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";

import { numpyMt19937, type Mt19937 } from "../../../src/stats/mt19937.ts";
import { finished, makeProject, type Project } from "../../cli/project.ts";
import { addTallies, NOTHING, readAnswers, tallyOf, type Answers, type Tally } from "./answers.ts";

export interface KillResult extends Tally {
  readonly kills: number;
  /** Runs that were killed and continued until they were complete. */
  readonly runs: number;
  /** Answers that killed processes had told as done. */
  readonly acknowledged: number;
  /** Of those, the ones that were not in the store after the kill. */
  readonly acknowledgedLost: number;
}

interface KillOptions {
  readonly kills: number;
  readonly rows: number;
  readonly seed: number;
}

/** From the start of a process, ms: from before it has opened the store. */
const SOON = 1_500;
/** After its first answer, ms. */
const MIDWAY = 80;

/**
 * Starts the real command line on a real model and kills it without warning, at random: half of the kills a random while
 * after the start, which also hits the opening, the comparing and the reporting; the others a random while after the
 * first answer of that process. Every run is continued until it is complete, then held against an undisturbed one.
 */
export async function killCampaign({ kills, rows, seed }: KillOptions): Promise<KillResult> {
  const random = numpyMt19937(seed);
  await using calm = await makeProject({ rows });
  await run(calm, []);
  const expected = await readAnswers(await onlyRun(calm));
  const counts = { kills: 0, runs: 0, acknowledged: 0, acknowledgedLost: 0 };
  let tally = NOTHING;
  while (counts.kills < kills) {
    await using project = await makeProject({ rows });
    await killUntilDone(project, { random, counts, most: kills });
    counts.runs++;
    tally = addTallies(tally, tallyOf(expected, await readAnswers(await onlyRun(project))));
  }
  return { ...counts, ...tally };
}

interface Killing {
  readonly random: Mt19937;
  readonly counts: { kills: number; acknowledged: number; acknowledgedLost: number };
  readonly most: number;
}

async function killUntilDone(project: Project, { random, counts, most }: Killing): Promise<void> {
  while (counts.kills < most) {
    const before = await stored(project);
    const killed = await killOnce(project, random, before === null ? [] : ["--resume"]);
    if (killed === null) return;
    counts.kills++;
    counts.acknowledged += killed;
    const after = await stored(project);
    counts.acknowledgedLost += Math.max(0, (before?.byKey.size ?? 0) + killed - (after?.byKey.size ?? 0));
  }
  await run(project, (await stored(project)) === null ? [] : ["--resume"]);
}

/** How many answers the process had told as done when it was killed; null if it was complete before. */
async function killOnce(project: Project, random: Mt19937, resume: readonly string[]): Promise<number | null> {
  const child = project.start("run", "suite.yaml", "--jsonl", "--concurrency", "1", ...resume);
  let told = "";
  let answered = (): void => undefined;
  const first = new Promise<void>((resolve) => (answered = resolve));
  child.stdout?.on("data", (chunk: Buffer) => {
    told += chunk.toString();
    if (told.includes("samples-done")) answered();
  });
  const ending = finished(child);
  const early = random.double() < 0.5;
  const wait = random.double() * (early ? SOON : MIDWAY);
  const moment = early ? setTimeout(wait) : first.then(() => setTimeout(wait));
  await Promise.race([moment, ending]);
  child.kill("SIGKILL");
  const { code } = await ending;
  if (code === 0) return null;
  if (code !== null) throw new Error(`the run ended with ${code} by itself:\n${(await ending).stderr}`);
  return toldDone(told);
}

/** A last line may be torn: it was not told. */
function toldDone(text: string): number {
  const lines = text.slice(0, text.lastIndexOf("\n") + 1).split("\n");
  const events = lines
    .filter((line) => line.includes('"samples-done"'))
    .map((line) => JSON.parse(line) as { readonly count: number; readonly failed: number });
  return events.reduce((sum, { count, failed }) => sum + count - failed, 0);
}

async function run(project: Project, args: readonly string[]): Promise<void> {
  const { code, stderr } = await project.run("run", "suite.yaml", "--quiet", "--no-report", ...args);
  if (code !== 0) throw new Error(`exit code ${code}: ${stderr}`);
}

/** Null before there is a run: a process that was killed while it prepared one leaves a folder that is none. */
async function stored(project: Project): Promise<Answers | null> {
  const folder = await onlyRun(project).catch(() => null);
  return folder === null ? null : readAnswers(folder);
}

async function onlyRun(project: Project): Promise<string> {
  const root = join(project.folder, ".evalh", "runs");
  for (const name of await readdir(root)) {
    if ((await readdir(join(root, name))).includes("run.json")) return join(root, name);
  }
  throw new Error("no run");
}
