import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";

import { describe, expect, it } from "vitest";

import { decodeLine } from "../../src/run/store/checked-line.ts";
import { finished, makeProject, type Project } from "./project.ts";

/** Key of every answer in the run folder → the answer without its timing. A key that comes twice fails. */
async function storedAnswers(project: Project): Promise<Map<string, string>> {
  const runs = join(project.folder, ".evalh", "runs");
  const [run = ""] = await readdir(runs);
  const answers = new Map<string, string>();
  for (const name of await readdir(join(runs, run, "samples"))) {
    const text = await readFile(join(runs, run, "samples", name), "latin1");
    for (const line of text.split("\n").slice(0, -1)) {
      const { ms: _ms, ...record } = decodeLine(Buffer.from(line, "latin1")) as Record<string, unknown>;
      const key = [name, record["task"], record["split"], record["i"], record["repeat"]].join(" ");
      if (answers.has(key)) throw new Error(`${key} is stored twice`);
      answers.set(key, JSON.stringify(record));
    }
  }
  return answers;
}

/** Kills the command line, without warning, a random while after its first answer. */
async function killMidway(project: Project, args: readonly string[], afterMs: number): Promise<void> {
  const child = project.start(...args);
  const ending = finished(child);
  const answered = (async (): Promise<void> => {
    while (child.stdout !== null) {
      const [chunk] = (await once(child.stdout, "data")) as [Buffer];
      if (chunk.toString().includes("samples-done")) return;
    }
  })();
  await Promise.race([answered, ending]);
  await setTimeout(afterMs);
  child.kill("SIGKILL");
  await ending;
}

describe("nothing is lost", () => {
  it("when the run is killed again and again: every sample once, the same as undisturbed", async () => {
    const rows = 400;
    await using calm = await makeProject({ rows });
    expect((await calm.run("run", "suite.yaml", "--quiet", "--no-report")).code).toBe(0);
    const expected = await storedAnswers(calm);
    expect(expected.size).toBe(rows * 4);

    await using project = await makeProject({ rows });
    const acknowledged: number[] = [];
    for (let kill = 0; kill < 6; kill++) {
      const resume = kill === 0 ? [] : ["--resume"];
      await killMidway(
        project,
        ["run", "suite.yaml", "--jsonl", "--no-report", "--concurrency", "1", ...resume],
        Math.random() * 60,
      );
      acknowledged.push(await wholeLines(project));
    }
    expect(acknowledged).toEqual(acknowledged.toSorted((a, b) => a - b));
    const { code } = await project.run("run", "suite.yaml", "--resume", "--quiet", "--no-report");
    expect(code).toBe(0);
    expect(await storedAnswers(project)).toEqual(expected);
  });

  it("when the disk is full: a clear error, what was finished stays, and --resume completes", async ({ skip }) => {
    const disk = await mkdtemp(join(tmpdir(), "evalh-disk-"));
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=500k", "tmpfs", disk], { stdio: "ignore" });
    } catch {
      skip("mounting a small tmpfs needs root: the full disk was NOT tested");
    }
    try {
      await using project = await makeProject({ rows: 400 });
      const full = await project.run("run", "suite.yaml", "--quiet", "--no-report", "--output", disk);
      expect(full.code).toBe(3);
      expect(full.stderr).toMatch(/ENOSPC|no space/i);
      expect(full.stderr).toContain("hint: free some space");
      expect(full.stderr).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m);
      execFileSync("mount", ["-o", "remount,size=20m", disk]);
      const [run = ""] = await readdir(disk);
      const resumed = await project.run(
        "run",
        "suite.yaml",
        "--resume",
        join(disk, run),
        "--quiet",
        "--no-report",
        "--json",
        "--output",
        disk,
      );
      expect(resumed.code).toBe(0);
      const folder = join(project.folder, ".evalh", "runs", run);
      await mkdir(join(project.folder, ".evalh", "runs"), { recursive: true });
      await cp(join(disk, run), folder, { recursive: true });
      expect((await storedAnswers(project)).size).toBe(1_600);
    } finally {
      execFileSync("umount", [disk]);
      await rm(disk, { recursive: true });
    }
  });

  it("when the folder cannot be written: an error before any request", async ({ skip }) => {
    const disk = await mkdtemp(join(tmpdir(), "evalh-disk-"));
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "ro", "tmpfs", disk], { stdio: "ignore" });
    } catch {
      skip("mounting read-only needs root: the read-only folder was NOT tested");
    }
    try {
      await using project = await makeProject();
      const { code, stderr } = await project.run("run", "suite.yaml", "--output", disk);
      expect(code).toBe(3);
      expect(stderr).toContain("choose a writable folder with --output");
    } finally {
      execFileSync("umount", [disk]);
      await rm(disk, { recursive: true });
    }
  });
});

async function wholeLines(project: Project): Promise<number> {
  const runs = join(project.folder, ".evalh", "runs");
  const [run = ""] = await readdir(runs);
  let lines = 0;
  for (const name of await readdir(join(runs, run, "samples"))) {
    lines += (await readFile(join(runs, run, "samples", name), "latin1")).split("\n").length - 1;
  }
  return lines;
}
