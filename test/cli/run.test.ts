import { once } from "node:events";
import { readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { finished, makeProject, SUITE } from "./project.ts";

interface Result {
  readonly verdict: { readonly kind: string };
  readonly ship: string | null;
  readonly checkpoints: readonly {
    readonly id: string;
    readonly step: number | null;
    readonly scores: Readonly<Record<string, { readonly value: number; readonly n: number }>>;
  }[];
}

/** The answers of a run, without the timings, sorted: what must not depend on how the run went. */
async function answersOf(folder: string): Promise<string[]> {
  const [run = ""] = await readdir(join(folder, ".evalh", "runs"));
  const samples = join(folder, ".evalh", "runs", run, "samples");
  const lines: string[] = [];
  for (const name of (await readdir(samples)).sort()) {
    const text = await readFile(join(samples, name), "utf8");
    for (const line of text.trimEnd().split("\n")) {
      const { ms: _ms, crc: _crc, ...record } = JSON.parse(line) as Record<string, unknown>;
      lines.push(`${name} ${JSON.stringify(record)}`);
    }
  }
  return lines.sort();
}

describe("evalh run", () => {
  it("evaluates every checkpoint and prints one JSON document", async () => {
    await using project = await makeProject();
    const { code, stdout, stderr } = await project.run("run", "suite.yaml", "--json", "--no-report");
    expect(stderr).not.toContain("error");
    expect(code).toBe(0);
    const result = JSON.parse(stdout) as Result;
    expect(result.checkpoints.map(({ id, step }) => [id, step])).toEqual([
      ["tiny/checkpoint-10", 10],
      ["tiny/checkpoint-20", 20],
    ]);
    expect(Object.keys(result.checkpoints[0]?.scores ?? {})).toEqual(
      expect.arrayContaining(["continue/exact_match", "continue/rougeL", "pick/accuracy"]),
    );
    expect(result.checkpoints[0]?.scores["pick/accuracy"]).toMatchObject({ n: 12 });
    // The two checkpoints are the same weights: their scores must be the same, whatever they are.
    expect(result.checkpoints[0]?.scores["pick/accuracy"]?.value).toBe(
      result.checkpoints[1]?.scores["pick/accuracy"]?.value,
    );
    expect(result.ship).toMatch(/^tiny\/checkpoint-/);
  });

  it("shows the plan with --dry-run and asks nothing", async () => {
    await using project = await makeProject();
    const { code, stdout } = await project.run("run", "suite.yaml", "--dry-run");
    expect(code).toBe(0);
    expect(stdout).toContain("2 checkpoints, 48 requests");
    await expect(readdir(join(project.folder, ".evalh"))).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("resumes after its stores were torn, and ends with the same answers byte for byte", async () => {
    await using whole = await makeProject({ rows: 80 });
    await whole.run("run", "suite.yaml", "--quiet", "--no-report");
    await using torn = await makeProject({ rows: 80 });
    await torn.run("run", "suite.yaml", "--quiet", "--no-report");
    const [run = ""] = await readdir(join(torn.folder, ".evalh", "runs"));
    const samples = join(torn.folder, ".evalh", "runs", run, "samples");
    const [first = "", second = ""] = (await readdir(samples)).map((name) => join(samples, name));
    await truncate(first, 4321);
    const bytes = await readFile(second);
    bytes[1234] = (bytes[1234] ?? 0) ^ 4;
    await writeFile(second, bytes);
    const { code, stderr } = await torn.run("run", "suite.yaml", "--resume", "--quiet", "--no-report", "--json");
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /checkpoint-10: a torn last line of \d+ bytes was cut; .*\n.*checkpoint-20: 1 damaged lines/,
    );
    const damaged = (await answersOfIgnoringDamage(torn.folder)).length;
    expect(damaged).toBe(320);
    expect(await answersOfIgnoringDamage(torn.folder)).toEqual(await answersOf(whole.folder));
  });

  it("item 6: stops politely at SIGINT, keeps what is done, and finishes with --resume", async () => {
    await using project = await makeProject({ rows: 1_000 });
    const child = project.start("run", "suite.yaml", "--jsonl", "--no-report", "--concurrency", "1");
    const ending = finished(child);
    const stdout = child.stdout;
    if (stdout === null) throw new Error("no output");
    for (;;) {
      const [chunk] = (await once(stdout, "data")) as [Buffer];
      if (chunk.toString().includes("samples-done")) break;
    }
    child.kill("SIGINT");
    const { code, stderr } = await ending;
    expect(code).toBe(130);
    expect(stderr).toContain("resume: evalh run suite.yaml --resume");
    const before = (await answersOf(project.folder)).length;
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThan(4_000);
    const [run = ""] = await readdir(join(project.folder, ".evalh", "runs"));
    const manifest = JSON.parse(await readFile(join(project.folder, ".evalh", "runs", run, "run.json"), "utf8")) as {
      state: string;
    };
    expect(manifest.state).toBe("interrupted");
    const resumed = await project.run("run", "--resume", "--quiet", "--no-report", "--json");
    expect({ code: resumed.code, stderr: resumed.stderr }).toEqual({ code: 0, stderr: "" });
    expect(await answersOf(project.folder)).toHaveLength(4_000);
  });

  it("refuses to continue with other tasks than it began with", async () => {
    await using project = await makeProject();
    await project.run("run", "suite.yaml", "--quiet", "--no-report");
    const { code, stderr } = await project.run("run", "--resume", "--task", "pick");
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining("cannot be continued") as string });
  });

  it("refuses to continue when the data changed since", async () => {
    await using project = await makeProject();
    await project.run("run", "suite.yaml", "--quiet", "--no-report");
    await project.write("data.jsonl", '{"id":"other","text":"a","answer":"b","pick":"red","kind":"odd"}\n');
    const { code, stderr } = await project.run("run", "--resume", "--no-report");
    expect(code).toBe(2);
    expect(stderr).toContain('the samples of task "continue"');
    expect(stderr).not.toContain("    at ");
  });

  it("judges stored answers again with another suite's judges, without the model", async () => {
    await using project = await makeProject();
    await project.run("run", "suite.yaml", "--quiet", "--no-report");
    await rm(join(project.folder, "checkpoints"), { recursive: true });
    const scored = await project.run("score");
    expect(scored).toMatchObject({ code: 0, stdout: expect.stringContaining("judged 48 answers") });
    const compared = await project.run("compare", "--json");
    expect((JSON.parse(compared.stdout) as Result).checkpoints).toHaveLength(2);
  });

  it("prints the comparison, its headline first, for people", async () => {
    await using project = await makeProject();
    const { stdout, code } = await project.run("run", "suite.yaml", "--quiet", "--no-report");
    expect(code).toBe(0);
    expect(stdout).toContain("checkpoint-20");
    expect(stdout).toContain("continue/rougeL");
    expect(stdout).not.toMatch(/\u001b/);
  });
});

/** Damaged lines are left where they are; they are no answers. */
async function answersOfIgnoringDamage(folder: string): Promise<string[]> {
  const { decodeLine } = await import("../../src/run/store/checked-line.ts");
  const [run = ""] = await readdir(join(folder, ".evalh", "runs"));
  const samples = join(folder, ".evalh", "runs", run, "samples");
  const lines: string[] = [];
  for (const name of (await readdir(samples)).sort()) {
    for (const line of (await readFile(join(samples, name))).toString("latin1").trimEnd().split("\n")) {
      const record = decodeLine(Buffer.from(line, "latin1"));
      if (record === undefined) continue;
      const { ms: _ms, ...rest } = record as Record<string, unknown>;
      lines.push(`${name} ${JSON.stringify(rest)}`);
    }
  }
  return lines.sort();
}

describe("item 20: bad input to evalh run", () => {
  const cases: readonly { readonly name: string; readonly suite: string; readonly says: RegExp }[] = [
    {
      name: "an unknown key",
      suite: SUITE.replace("judges: [exact", "judgse: [exact"),
      says: /suite\.yaml:9:5 .*unknown key "judgse".*did you mean "judges"/,
    },
    {
      name: "a missing dataset",
      suite: SUITE.replace("path: data.jsonl", "path: dta.jsonl"),
      says: /suite\.yaml:5:\d+ .*dta\.jsonl/,
    },
    {
      name: "a missing folder of checkpoints",
      suite: SUITE.replace("checkpoints: checkpoints/", "checkpoints: chekpoints/"),
      says: /chekpoints/,
    },
    {
      name: "a template that names a missing column",
      suite: SUITE.replace('prompt: "{{ text }}"', 'prompt: "{{ txt }}"'),
      says: /column "txt" is missing.*\n?.*|did you mean/,
    },
    {
      name: "a judge without references",
      suite: SUITE.replace('    references: "{{ answer }}"\n', ""),
      says: /references/,
    },
    { name: "a judge that does not exist", suite: SUITE.replace("exact_match", "exactmatch"), says: /exact_match/ },
  ];
  for (const { name, suite, says } of cases) {
    it(`says what is wrong about ${name}, once, without a stack`, async () => {
      await using project = await makeProject({ suite });
      const { code, stderr, stdout } = await project.run("run", "suite.yaml", "--no-report");
      expect(stderr).toMatch(says);
      expect(stderr).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m);
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    });
  }

  it("says that a dataset is empty", async () => {
    await using project = await makeProject();
    await project.write("data.jsonl", "\n");
    expect(await project.run("run", "suite.yaml")).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/data\.jsonl/),
    });
  });

  it("says that a checkpoint cannot be run, evaluates the others and exits 3", async () => {
    await using project = await makeProject();
    const config = join(project.folder, "checkpoints/checkpoint-10/config.json");
    const settings = JSON.parse(await readFile(config, "utf8")) as object;
    await writeFile(config, JSON.stringify({ ...settings, architectures: ["BertForMaskedLM"] }));
    const { code, stderr, stdout } = await project.run("run", "suite.yaml", "--quiet", "--no-report", "--json");
    expect(code).toBe(3);
    expect(stderr).toContain("tiny/checkpoint-10");
    expect(stderr).not.toContain("    at ");
    expect((JSON.parse(stdout) as Result).checkpoints[1]?.scores["pick/accuracy"]).toMatchObject({ n: 12 });
  });

  it("knows no such suite and names those there are", async () => {
    await using project = await makeProject();
    expect(await project.run("run", "icd-codng")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("icd-coding"),
    });
  });

  it("item 4: says that the run is being written by another process", async () => {
    await using project = await makeProject({ rows: 3_000 });
    const child = project.start("run", "suite.yaml", "--jsonl", "--no-report");
    const ending = finished(child);
    await once(child.stdout ?? child, "data");
    const second = await project.run("run", "suite.yaml", "--resume", "--no-report");
    expect(second).toMatchObject({ code: 3, stderr: expect.stringContaining(`process ${child.pid}`) });
    child.kill("SIGKILL");
    await ending;
  });
});
