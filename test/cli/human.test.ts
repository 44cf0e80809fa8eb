import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { queueSample } from "../../src/human/queue.ts";
import { finished, makeProject, SUITE, type Project } from "./project.ts";

async function withRun(): Promise<Project> {
  const project = await makeProject({ rows: 24 });
  const { code, stderr } = await project.run("run", "suite.yaml", "--quiet", "--no-report");
  if (code !== 0) throw new Error(stderr);
  return project;
}

async function sheetItems(project: Project, id: string): Promise<{ id: string }[]> {
  const [run = ""] = await readdir(join(project.folder, ".evalh/runs"));
  const path = join(project.folder, ".evalh/runs", run, "human", `${id}.sheet.json`);
  return (JSON.parse(await readFile(path, "utf8")) as { items: { id: string }[] }).items;
}

interface Compared {
  readonly checkpoints: readonly { readonly scores: Readonly<Record<string, unknown>> }[];
  readonly people: readonly unknown[];
}

const sheetId = (stdout: string): string => /sheet (\w{6})/u.exec(stdout)?.[1] ?? "";

describe("evalh human", () => {
  it("exports, imports and analyses, end to end", async () => {
    await using project = await withRun();
    const made = await project.run(
      "human",
      "export",
      "--form",
      "rating",
      "-n",
      "10",
      "--checkpoint",
      "20",
      "--stratify",
      "kind",
      "--format",
      "html",
      "csv",
      "label-studio",
      "-o",
      "out",
    );
    expect([made.code, made.stderr]).toEqual([0, ""]);
    expect(made.stdout).toContain("10 answers show differences from about ±1.1 of 1 to 5");
    for (const name of ["out.html", "out.csv", "out.config.xml", "out.tasks.json"])
      expect(made.stdout).toContain(`wrote ${name}`);
    const id = sheetId(made.stdout);
    const items = await sheetItems(project, id);
    expect(items).toHaveLength(11);
    const lines = ["ann", "bob"].flatMap((rater) =>
      items.map((item, i) => `${JSON.stringify({ id: item.id, rater, value: 1 + (i % 5) })}\n`),
    );
    await project.write("answers.jsonl", lines.join(""));
    const imported = await project.run("human", "import", "answers.jsonl");
    expect(imported.stdout).toContain("22 answers of ann, bob added");
    const { stdout } = await project.run("human", "stats", "--json");
    expect(JSON.parse(stdout)).toMatchObject({
      format: "evalh-human-stats/1",
      judged: 10,
      means: [{ checkpoint: "tiny/checkpoint-20", mean: { n: 10 } }],
      agreement: { raters: 2, percent: 1, cohen: 1 },
    });
    const text = (await project.run("human", "stats")).stdout;
    expect(text).toContain("agreement on 10 items: 100.0 % equal");
    expect(text).toMatch(/continue\/exact_match +Spearman/);
    const again = await project.run("human", "export", "--form", "rating", "-n", "5", "-o", "out");
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining("out.html exists already")]);
  });

  it("says so where the checkpoints answer all the same", async () => {
    await using project = await withRun();
    const { code, stderr } = await project.run("human", "export");
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining("the checkpoints give the same answer to every sample"),
    ]);
  });

  it("takes verdicts by key in the terminal, undoes, keeps what was done when it ends, and goes on there", async () => {
    await using project = await withRun();
    const id = sheetId(
      (await project.run("human", "export", "--form", "correct", "-n", "4", "--checkpoint", "20")).stdout,
    );
    const items = await sheetItems(project, id);
    const rate = async (keys: string): Promise<string> => {
      const child = project.start("human", "rate", "--rater", "ann");
      child.stdin?.end(keys);
      return (await finished(child)).stdout;
    };
    // yes, then no, back once and yes instead.
    const first = await rate("12u1");
    expect(first).toContain(`2 answers are kept; ${items.length - 2} items are left`);
    const second = await rate("x2".repeat(items.length));
    expect(second).toContain("all items are judged");
    const { stdout } = await project.run("human", "stats", "--json");
    expect(JSON.parse(stdout)).toMatchObject({ judged: 4, raters: [{ rater: "ann", answers: items.length }] });
    const stored = await readFile(
      join(
        project.folder,
        ".evalh/runs",
        (await readdir(join(project.folder, ".evalh/runs")))[0] ?? "",
        "human",
        `${id}.answers.jsonl`,
      ),
      "utf8",
    );
    // Nothing is overwritten: the answer that was undone is still there.
    expect(stored.trim().split("\n")).toHaveLength(items.length + 1);
  });

  it("makes people's verdicts a metric of the run: compared, gated, in the reports", async () => {
    const suite = `${SUITE}human: { sample: 20, form: correct, tasks: [continue], repeat: 0, at_least: 2, stratify: [kind] }
gates:
  - { metric: continue/human, mode: threshold, min: 60 }
`;
    await using project = await makeProject({ rows: 24, suite });
    const first = await project.run("run", "suite.yaml", "--quiet", "--no-report");
    expect([first.code, first.stdout]).toEqual([0, expect.stringContaining("nobody has judged the answers yet")]);
    expect(first.stdout).toContain("evalh human export");
    const id = sheetId((await project.run("human", "export")).stdout);
    const items = await sheetItems(project, id);
    expect(items).toHaveLength(20);
    const say = async (value: string, keep: string): Promise<void> => {
      const lines = items.map((item) => `${JSON.stringify({ id: item.id, rater: "ann", value })}\n`);
      await project.write("answers.jsonl", lines.join(""));
      const { code, stderr } = await project.run("human", "import", "answers.jsonl", "--keep", keep);
      if (code !== 0) throw new Error(stderr);
    };
    await say("yes", "refuse");
    const { stdout } = await project.run("compare", "--json");
    const compared = JSON.parse(stdout) as Compared;
    // The same samples of both checkpoints, so that they pair.
    expect(compared.checkpoints.map(({ scores }) => scores["continue/human"])).toMatchObject([
      { value: 100, n: 10, delta: null },
      { value: 100, n: 10, delta: { value: 0, n: 10 } },
    ]);
    expect(compared.people).toMatchObject([{ sheet: id, form: "correct", judged: 20 }]);
    expect((await project.run("compare")).stdout).toMatch(/continue\/human[\s\S]*People\n {2}· sheet \w+ \(correct\)/u);
    expect((await project.run("gate")).code).toBe(0);
    await say("no", "last");
    const failed = await project.run("gate");
    expect([failed.code, failed.stdout]).toEqual([1, expect.stringContaining("continue/human ≥ 60")]);
    await project.run("report", "-o", "r.html");
    const html = await readFile(join(project.folder, "r.html"), "utf8");
    expect(html).toContain("What people said");
    // A baseline keeps them, as any other score.
    expect((await project.run("baseline", "update")).code).toBe(0);
    expect(await readFile(join(project.folder, "evalh.baseline.json"), "utf8")).toContain('"continue/human"');
  });

  it("tells what would be drawn without writing anything", async () => {
    await using project = await withRun();
    const { code, stdout } = await project.run(
      "human",
      "export",
      "--form",
      "rating",
      "-n",
      "12",
      "--checkpoint",
      "20",
      "--stratify",
      "kind",
      "--dry-run",
      "--json",
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      sheet: null,
      drawn: 12,
      of: 24,
      strata: [
        { stratum: "kind=even", drawn: 6, of: 12 },
        { stratum: "kind=odd", drawn: 6, of: 12 },
      ],
      files: [],
    });
    expect((await readdir(project.folder)).filter((name) => name.startsWith("human-"))).toEqual([]);
  });

  it("asks about samples that were picked by hand, and makes no score of them", async () => {
    await using project = await withRun();
    const export_ = ["human", "export", "--form", "correct", "--checkpoint", "20", "--queue", "--repeat", "0"];
    expect((await project.run(...export_)).stderr).toContain("no sample was picked");
    const runs = join(project.folder, ".evalh/runs");
    const run = join(runs, (await readdir(runs))[0] ?? "");
    for (const sample of ["q3", "q7", "q3"]) await queueSample(run, { task: "continue", sample });
    const id = sheetId((await project.run(...export_)).stdout);
    const items = await sheetItems(project, id);
    expect(items).toHaveLength(2);
    await project.write(
      "a.jsonl",
      items.map((item) => `${JSON.stringify({ id: item.id, rater: "ann", value: "yes" })}\n`).join(""),
    );
    await project.run("human", "import", "a.jsonl");
    const compared = JSON.parse((await project.run("compare", "--json")).stdout) as Compared;
    expect(compared.people).toMatchObject([{ sheet: id, picked: true, judged: 2 }]);
    expect(Object.keys(compared.checkpoints[1]?.scores ?? {})).not.toContain("continue/human");
  });
});
