import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { finished, makeProject, type Finished, type Project } from "../cli/project.ts";
import { startOpenai } from "../fixtures/servers/openai.ts";
import type { Behaviour } from "../fixtures/servers/scripted.ts";
import { readAnswers } from "./campaign/answers.ts";
import { servedSuite } from "./served-suite.ts";

const ROWS = 40;

async function runFolder(project: Project): Promise<string> {
  const root = join(project.folder, ".evalh", "runs");
  const [run = ""] = await readdir(root);
  return join(root, run);
}

interface Manifest {
  readonly state: string;
  readonly attempts: readonly { readonly seconds?: number; readonly state?: string }[];
}

async function manifestOf(project: Project): Promise<Manifest> {
  return JSON.parse(await readFile(join(await runFolder(project), "run.json"), "utf8")) as Manifest;
}

/** Runs against a server, sends the signals once some answers are in and others under way, and waits for the end. */
async function signalled(
  project: Project,
  asked: () => number,
  { signals, after = 6 }: { readonly signals: readonly NodeJS.Signals[]; readonly after?: number },
): Promise<Finished> {
  const child = project.start("run", "suite.yaml", "--jsonl", "--no-report", "--concurrency", "2");
  const ending = finished(child);
  await until(() => asked() >= after);
  for (const signal of signals) {
    child.kill(signal);
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  return ending;
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe("item 6: a signal", () => {
  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 143],
  ] as const)("%s lets what is in flight finish, says how to go on, and ends with %i", async (signal, code) => {
    await using server = await startOpenai(undefined, 60);
    await using project = await makeProject({ rows: ROWS, suite: servedSuite(server.origin) });
    const ended = await signalled(project, () => server.received.length, { signals: [signal] });
    expect({ code: ended.code, stderr: ended.stderr }).toEqual({
      code,
      stderr: expect.stringContaining("resume: evalh run suite.yaml --resume") as string,
    });
    // Nothing new was asked, and nothing that was asked is missing.
    const { byKey } = await readAnswers(await runFolder(project));
    expect(server.received.length).toBeLessThan(ROWS);
    expect(byKey.size).toBe(server.received.length);
    expect((await manifestOf(project)).state).toBe("interrupted");
    const resumed = await project.run("run", "--resume", "--quiet", "--no-report");
    expect(resumed.code).toBe(0);
    expect(server.received).toHaveLength(ROWS);
    const { attempts } = await manifestOf(project);
    expect(attempts.map(({ state }) => state)).toEqual(["interrupted", "complete"]);
    for (const { seconds } of attempts) expect(seconds).toBeGreaterThan(0);
  });

  it("that comes twice ends the run at once, and loses nothing that was done", async () => {
    // From the seventh on no answer comes: a polite stop would wait for it.
    const stall: Behaviour = { do: "stall" };
    await using server = await startOpenai(({ number }) => (number >= 6 ? stall : undefined), 20);
    await using project = await makeProject({ rows: ROWS, suite: servedSuite(server.origin) });
    const signals = ["SIGINT", "SIGINT"] as const;
    const ended = await signalled(project, () => server.received.length, { signals, after: 8 });
    expect(ended.code).toBe(130);
    // A polite end, ten seconds later, says how to go on.
    expect(ended.stderr).not.toContain("resume:");
    expect((await readAnswers(await runFolder(project))).byKey.size).toBe(6);
  });
});
