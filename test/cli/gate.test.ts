import { execFile } from "node:child_process";
import { readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import { describe, expect, it } from "vitest";

import { makeProject, SUITE, type Project } from "./project.ts";

const GATED = `${SUITE}gates:
  - { metric: pick/accuracy, mode: regression, max_drop: 5 }
  - { metric: continue/rougeL, mode: noninferior, max_drop: 5 }
  - { metric: failure_rate, mode: threshold, max: 0 }
`;

interface Gates {
  readonly format: string;
  readonly gates: readonly { readonly name: string; readonly outcome: string; readonly against: string | null }[];
}

/** A project with a run and its baseline. */
async function withBaseline(): Promise<Project> {
  const project = await makeProject({ suite: GATED });
  const { code, stdout } = await project.run("run", "suite.yaml", "--quiet", "--no-report");
  expect(stdout).toContain("there is no baseline to compare with");
  expect(code).toBe(0);
  expect((await project.run("baseline", "update")).stdout).toContain("wrote evalh.baseline.json: tiny/checkpoint-");
  return project;
}

/** Makes every answer of the baseline better than any model's can be. */
async function raiseBaseline(project: Project): Promise<void> {
  const path = join(project.folder, "better");
  const runs = join(project.folder, ".evalh", "runs");
  const [run = ""] = (await promisify(execFile)("ls", [runs])).stdout.trim().split("\n");
  for (const name of ["tiny+checkpoint-10.jsonl", "tiny+checkpoint-20.jsonl"]) {
    const shard = join(runs, run, "samples", name);
    const lines = (await readFile(shard, "utf8")).trimEnd().split("\n");
    const { encodeLine } = await import("../../src/run/store/checked-line.ts");
    const better = lines.map((line) => {
      const { crc: _, ...record } = JSON.parse(line) as Record<string, unknown>;
      const scores = record["scores"] as Record<string, object>;
      if ("rouge" in scores) scores["rouge"] = { f: [1, 1, 1, 1] };
      return encodeLine({ ...record, scores });
    });
    await project.write(join(".evalh", "runs", run, "samples", name), better.join(""));
  }
  await project.run("baseline", "update", "--file", path);
  await rename(path, join(project.folder, "evalh.baseline.json"));
}

describe("evalh gate", () => {
  it("holds a finished run against its baseline, without the suite", async () => {
    await using project = await withBaseline();
    await rm(join(project.folder, "suite.yaml"));
    const { code, stdout } = await project.run("gate", "--json");
    expect(code).toBe(0);
    const { format, gates } = JSON.parse(stdout) as Gates;
    expect(format).toBe("evalh-gates/1");
    expect(gates.map(({ outcome }) => outcome)).toEqual(["pass", "pass", "pass"]);
    expect(gates[0]?.against).toMatch(/^evalh\.baseline\.json \(tiny\/checkpoint-/);
    const text = await project.run("gate");
    expect(text.stdout).toContain("3 gates: 3 passed");
    expect(text.stdout).toContain("✓ pass  pick/accuracy: no drop beyond 5");
  });

  it("exits with 1 where a gate fails, and so does the run", async () => {
    await using project = await withBaseline();
    await raiseBaseline(project);
    const gate = await project.run("gate", "--json");
    expect(gate.code).toBe(0);
    // The raised scores are the run's own now; a fresh run has the model's again.
    const run = await project.run("run", "suite.yaml", "--quiet", "--no-report");
    expect(run.code).toBe(1);
    expect(run.stdout).toContain("! REGRESSED");
    expect(run.stdout).toContain("✗ fail  continue/rougeL: not worse by 5");
    expect((await project.run("gate")).code).toBe(1);
    const refused = await project.run("baseline", "update");
    expect(refused.code).toBe(1);
    expect(refused.stdout).toContain("▼ continue/rougeL −");
    expect(refused.stderr).toContain('--accept "reason"');
    const accepted = await project.run("baseline", "update", "--accept", "smaller model by decision");
    expect(accepted.code).toBe(0);
    const shown = await project.run("baseline", "show");
    expect(shown.stdout).toContain("smaller model by decision");
    expect(shown.stdout).toContain("continue/rougeL −");
    expect((await project.run("gate")).code).toBe(0);
  });

  it("exits with 4 under --strict where a gate is inconclusive", async () => {
    await using project = await makeProject({ suite: GATED });
    expect((await project.run("run", "suite.yaml", "--quiet", "--no-report", "--strict")).code).toBe(4);
    expect((await project.run("gate", "--strict")).code).toBe(4);
    expect((await project.run("gate")).code).toBe(0);
  });

  it("refuses a run whose data changed before anything is asked, unless only a part of it is tried", async () => {
    await using project = await withBaseline();
    await project.write(
      "data.jsonl",
      `${JSON.stringify({ id: "x", text: "a", answer: "b", pick: "red", kind: "odd" })}\n`,
    );
    const { code, stderr, stdout } = await project.run("run", "suite.yaml", "--quiet");
    expect(code).toBe(2);
    expect(stderr).toContain("cannot be compared with evalh.baseline.json: the samples or the prompt of task");
    expect(stdout).toBe("");
    expect(JSON.parse((await project.run("runs", "--json")).stdout)).toHaveLength(1);
    expect((await project.run("run", "suite.yaml", "--quiet", "--no-report", "--limit", "1")).code).toBe(0);
    // That partial run is the latest now.
    const gate = await project.run("gate");
    expect(gate.code).toBe(2);
    expect(gate.stderr).toContain("changed");
    const update = await project.run("baseline", "update");
    expect(update.code).toBe(1);
    expect(update.stdout).toContain("? pick/accuracy: not comparable");
  });

  it("compares with another run, and with a revision of the file", async () => {
    await using project = await withBaseline();
    const git = (...args: string[]) =>
      promisify(execFile)("git", ["-c", "user.name=a", "-c", "user.email=a@b.c", ...args], { cwd: project.folder });
    await git("init", "-q");
    await git("add", "evalh.baseline.json");
    await git("commit", "-qm", "baseline");
    await rm(join(project.folder, "evalh.baseline.json"));
    const old = JSON.parse((await project.run("gate", "--baseline", "git:HEAD", "--json")).stdout) as Gates;
    expect(old.gates[0]).toMatchObject({ outcome: "pass", against: expect.stringContaining("HEAD:") as string });
    const itself = await project.run("gate", "--baseline", "latest", "--json");
    expect((JSON.parse(itself.stdout) as Gates).gates[0]).toMatchObject({ outcome: "pass" });
    const missing = await project.run("gate", "--baseline", "other.json");
    expect(missing.code).toBe(2);
    expect(missing.stderr).toContain("there is no baseline other.json");
    expect((await project.run("gate", "--baseline", "git:nowhere")).code).toBe(2);
  });

  it("knows from repetitions of the baseline how far runs lie apart", async () => {
    await using project = await makeProject();
    const run = ["run", "suite.yaml", "--quiet", "--no-report", "--no-cache"];
    await project.run(...run);
    expect((await project.run("baseline", "update")).code).toBe(0);
    const itself = await project.run("baseline", "repeat");
    expect(itself).toMatchObject({ code: 2, stderr: expect.stringContaining("it is in there already") as string });
    for (const runs of [2, 3]) {
      await project.run(...run);
      expect((await project.run("baseline", "repeat")).stdout).toContain(`${runs} runs of tiny/checkpoint-`);
    }
    expect((await project.run("baseline", "show")).stdout).toContain("measured in 3 runs on ");
    const gates = ["latency max_drop=1000%", "memory max_drop=5%"].flatMap((gate) => ["--gate", gate]);
    const { code, stdout } = await project.run("gate", ...gates);
    expect(code).toBe(0);
    expect(stdout).toMatch(/✓ pass {2}latency: no rise beyond 1000 %/);
    expect(stdout).toMatch(/against\s+3\s+runs\s+of\s+the\s+baseline/);
    expect(stdout).toContain("no GPU was watched");
    const again = await project.run("baseline", "update", "--accept", "measured anew");
    expect(again.stderr).toContain("2 repetitions of the old baseline are gone");
  });

  it("does not pretend to have checked a run without gates", async () => {
    await using project = await makeProject();
    await project.run("run", "suite.yaml", "--quiet", "--no-report");
    const { code, stderr } = await project.run("gate");
    expect(code).toBe(2);
    expect(stderr).toContain("nothing was checked");
    await project.write("gated.yaml", GATED);
    expect((await project.run("gate", "--suite", "gated.yaml")).code).toBe(0);
  });
});

describe("evalh compare", () => {
  it("compares two runs and writes into neither", async () => {
    await using project = await makeProject();
    for (let i = 0; i < 2; i++) await project.run("run", "suite.yaml", "--quiet", "--no-report");
    const runs = JSON.parse((await project.run("runs", "--json")).stdout) as { id: string; folder: string }[];
    const before = await readFile(join(project.folder, runs[0]?.folder ?? "", "scores.json"), "utf8");
    const { code, stdout } = await project.run(
      "compare",
      runs[1]?.id ?? "",
      runs[0]?.id ?? "",
      "--report",
      "pair.html",
    );
    expect(code).toBe(0);
    expect(stdout).toContain("no significant difference in any");
    expect(await readFile(join(project.folder, runs[0]?.folder ?? "", "scores.json"), "utf8")).toBe(before);
    expect(await readFile(join(project.folder, "pair.html"), "utf8")).toContain("no significant difference");
  });
});
