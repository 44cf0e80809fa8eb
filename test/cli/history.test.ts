import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

import { describe, expect, it } from "vitest";

import { writeBaseline } from "../../src/compare/baseline/baseline-file.ts";
import { makeBaseline } from "../../src/compare/baseline/make-baseline.ts";
import { readRun } from "../../src/compare/run-data.ts";
import { answerTo, makeRun } from "../fixtures/runs/make-run.ts";
import { makeProject, type Project } from "./project.ts";

const git = (project: Project, ...args: string[]) =>
  promisify(execFile)("git", ["-c", "user.name=a", "-c", "user.email=a@b.c", ...args], { cwd: project.folder });

/** Commits a baseline of 100 samples of which so many are right. */
async function commit(project: Project, right: number, { digest = "0", reason = "" } = {}): Promise<void> {
  const answer = (i: number): string => (i < right ? answerTo(i) : `wrong ${right}`);
  const folder = await makeRun({ n: 100, digest, checkpoints: [{ name: "checkpoint-1", step: 1, answer }] });
  const accepted = reason === "" ? [] : [{ at: "2026-01-05T00:00:00.000Z", run: "r", reason, worse: [] }];
  const content = await makeBaseline(await readRun(folder), "toy/checkpoint-1", accepted);
  await writeBaseline(join(project.folder, "evalh.baseline.json"), content);
  await git(project, "add", "evalh.baseline.json");
  await git(project, "commit", "-q", "--allow-empty", "-m", `${right} right\u001b[31m${digest}`);
}

describe("evalh history", () => {
  it("shows a metric over the commits, where its level changed, and what was accepted", async () => {
    await using project = await makeProject();
    await git(project, "init", "-q");
    for (const right of [80, 81, 80, 60, 61]) await commit(project, right);
    await commit(project, 60, { reason: "a smaller model" });
    await commit(project, 30, { digest: "1" });
    await commit(project, 31, { digest: "1" });
    const { code, stdout } = await project.run("history");
    expect(code).toBe(0);
    const lines = stdout.split("\n");
    expect(lines[0]).toBe("quiz/exact_match");
    expect(lines.filter((line) => /^ {2}[▲▼]/u.test(line))).toHaveLength(1);
    expect(lines[4]).toMatch(/^ {2}▼ \d{4}-\d\d-\d\d [0-9a-f]{8} {2}60\.0 \[.*60 right.*worse: −20\.0, p < 0\.001$/u);
    expect(stdout).toContain("accepted: a smaller model");
    // Half as many right, but of other samples: no decline.
    expect(stdout).toContain("not comparable with what is above");
    expect(stdout).not.toContain("\u001b");
    const json = JSON.parse((await project.run("history", "--json", "--last", "3")).stdout) as {
      metrics: { points: { change: unknown }[] }[];
    };
    expect(json.metrics[0]?.points).toHaveLength(3);
    expect(json.metrics[0]?.points.every(({ change }) => change === null)).toBe(true);
  });

  it("says so where there is no history", async () => {
    await using project = await makeProject();
    expect((await project.run("history")).stderr).toMatch(/error: cannot read the history.*not a git repository/i);
    await git(project, "init", "-q");
    await git(project, "commit", "-q", "--allow-empty", "-m", "empty");
    const { code, stderr } = await project.run("history");
    expect(code).toBe(2);
    expect(stderr).toContain("was never committed");
    await commit(project, 50);
    expect((await project.run("history", "--metric", "quiz/bleu")).stderr).toContain("it has quiz/exact_match");
  });
});
