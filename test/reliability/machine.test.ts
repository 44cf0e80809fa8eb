import { execFileSync, spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { describe, expect, it } from "vitest";

import { finished, makeProject } from "../cli/project.ts";
import { startOpenai } from "../fixtures/servers/openai.ts";
import { readAnswers } from "./campaign/answers.ts";
import { servedSuite } from "./served-suite.ts";

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
const jumping = new URL("clock-that-jumps.ts", import.meta.url).href;

describe("item 3: a machine in trouble", () => {
  it("whose disk is full: a clear error, what was finished stays, and --resume completes", async ({ skip }) => {
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
      const { byKey, twice } = await readAnswers(join(disk, run));
      expect({ answers: byKey.size, twice }).toEqual({ answers: 1_600, twice: 0 });
    } finally {
      execFileSync("umount", [disk]);
      await rm(disk, { recursive: true });
    }
  });

  it("whose folder cannot be written: an error before any request", async ({ skip }) => {
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

  it("whose processes may open few files says so and how to go on", async () => {
    await using server = await startOpenai();
    await using project = await makeProject({ suite: servedSuite(server.origin) });
    const limited = async (files: number): Promise<Awaited<ReturnType<typeof finished>>> =>
      finished(
        spawn("sh", ["-c", `ulimit -n ${files}; exec "$0" "$@"`, process.execPath, main, "run", "suite.yaml"], {
          cwd: project.folder,
        }),
      );
    let refused = 0;
    // Node itself needs some twenty; from there on each limit ends somewhere else.
    for (const files of [22, 25, 29, 33]) {
      const { code, stderr } = await limited(files);
      expect(stderr, `ulimit -n ${files}`).not.toContain("This is a bug");
      if (code === 0) continue;
      if (/EMFILE|too many open files/.test(stderr)) refused++;
    }
    expect(refused).toBeGreaterThan(0);
    expect((await project.run("run", "suite.yaml", "--quiet", "--no-report")).code).toBe(0);
  });

  it("whose clock jumps by hours measures no negative time, and the run ends as any other", async () => {
    await using server = await startOpenai(undefined, 20);
    await using project = await makeProject({ rows: 60, suite: servedSuite(server.origin) });
    const child = spawn(process.execPath, ["--import", jumping, main, "run", "suite.yaml", "--no-report"], {
      cwd: project.folder,
    });
    const { code, stderr, stdout } = await finished(child);
    expect({ code, lines: stderr.match(/ETA -|-\d+ ?s|NaN|Infinity/) }).toEqual({ code: 0, lines: null });
    expect(stdout).not.toMatch(/NaN|-\d+ (s|ms)\b/);
    const root = join(project.folder, ".evalh", "runs");
    const [run = ""] = await readdir(root);
    const { attempts } = JSON.parse(await readFile(join(root, run, "run.json"), "utf8")) as {
      readonly attempts: readonly { readonly seconds: number }[];
    };
    expect(attempts[0]?.seconds).toBeGreaterThan(0);
    expect(attempts[0]?.seconds).toBeLessThan(3_000);
    const [shard = ""] = await readdir(join(root, run, "samples"));
    const lines = (await readFile(join(root, run, "samples", shard), "utf8")).trimEnd().split("\n");
    expect(lines).toHaveLength(60);
    for (const line of lines) expect((JSON.parse(line) as { ms: number }).ms).toBeGreaterThanOrEqual(0);
  });
});
