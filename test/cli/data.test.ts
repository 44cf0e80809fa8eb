import { cp, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { describe, expect, it } from "vitest";

import { makeProject } from "./project.ts";

const shipped = fileURLToPath(new URL("../../suites/icd-coding/", import.meta.url));
const line = (row: object): string => `${JSON.stringify(row)}\n`;

describe("evalh data", () => {
  it.each(["test", "val"])("finds no problem in the shipped suite's %s data", async (name) => {
    await using project = await makeProject();
    const args = [
      join(shipped, `data/${name}.jsonl`),
      "--train",
      join(shipped, "data/train.jsonl"),
      "--suite",
      shipped,
    ];
    const { code, stdout } = await project.run("data", "check", ...args, "--json");
    const report = JSON.parse(stdout) as { columns: object; findings: { level: string }[] };
    expect(report.columns).toEqual({ input: ["term"], reference: ["title", "chapter"], id: "id" });
    expect(report.findings.filter(({ level }) => level === "problem")).toEqual([]);
    expect(code).toBe(0);
  });

  it("exits with 1 on problems, and its fix command fixes them in a new file with a log", async () => {
    await using project = await makeProject();
    const rows = [
      { id: "a", text: "<p>What is it?</p>", answer: "a thing" },
      { id: "b", text: "Which one is larger than the other?", answer: "this" },
      { id: "c", text: "which one is larger than the other", answer: "This" },
    ];
    await project.write("dirty.jsonl", rows.map(line).join(""));
    const checked = await project.run("data", "check", "dirty.jsonl");
    expect(checked.code).toBe(1);
    const fix = "evalh data clean dirty.jsonl --apply exact-duplicate --output dirty.clean.jsonl";
    expect(checked.stdout).toContain(fix);
    const cleaned = await project.run(
      "data",
      "clean",
      "dirty.jsonl",
      "--apply",
      "exact-duplicate",
      "html",
      "--output",
      "clean.jsonl",
    );
    expect([cleaned.code, cleaned.stderr]).toEqual([0, ""]);
    expect(await readFile(join(project.folder, "dirty.jsonl"), "utf8")).toBe(rows.map(line).join(""));
    const kept = (await readFile(join(project.folder, "clean.jsonl"), "utf8"))
      .trim()
      .split("\n")
      .map((text) => JSON.parse(text) as object);
    expect(kept).toEqual([{ ...rows[0], text: "What is it?" }, rows[1]]);
    const log = (await readFile(join(project.folder, "clean.jsonl.log.jsonl"), "utf8"))
      .trim()
      .split("\n")
      .map((text) => JSON.parse(text) as object);
    expect(log).toMatchObject([
      { row: 1, id: "a", check: "html", action: "repaired", field: "text", before: "<p>What is it?</p>" },
      { row: 3, line: 3, id: "c", check: "exact-duplicate", action: "dropped" },
    ]);
    const again = await project.run("data", "clean", "dirty.jsonl", "--apply", "html", "--output", "clean.jsonl");
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining("nothing is overwritten")]);
    const self = await project.run("data", "clean", "dirty.jsonl", "--apply", "html", "--output", "dirty.jsonl");
    expect(self.code).toBe(2);
  });

  it("shows the scores of a run with and without leaked rows", async () => {
    await using project = await makeProject();
    await project.write(
      "train.jsonl",
      [0, 1, 2].map((i) => line({ text: `The colour of thing ${i} is`, answer: `shade ${i}` })).join(""),
    );
    expect((await project.run("run", "suite.yaml", "--quiet", "--no-report")).code).toBe(0);
    const args = [
      "data",
      "check",
      "data.jsonl",
      "--train",
      "train.jsonl",
      "--suite",
      "suite.yaml",
      "--run",
      "latest",
      "--json",
      "--only",
      "leakage",
    ];
    const { code, stdout } = await project.run(...args);
    expect(code).toBe(1);
    interface Score {
      key: string;
      all: { n: number };
      clean: { n: number };
      leaked: { n: number };
    }
    const scores = (JSON.parse(stdout) as { leaked_scores: Score[] }).leaked_scores;
    const exact = scores.find(({ key }) => key === "continue/exact_match");
    expect(exact?.all.n).toBe(12);
    expect((exact?.clean.n ?? 0) + (exact?.leaked.n ?? 0)).toBe(12);
    expect(exact?.leaked.n).toBeGreaterThanOrEqual(3);

    // What was found stays with the run: its reports say so.
    const compared = await project.run("compare", "--json");
    expect((JSON.parse(compared.stdout) as { data_checks: object[] }).data_checks).toMatchObject([
      { dataset: "data.jsonl", is_asked: true, rows: 12, training_rows: 3, findings: [{ check: "leakage", count: 3 }] },
    ]);
    expect((await project.run("compare")).stdout).toContain("! data: 3 inputs");
    await project.run("report");
    const [run = ""] = await readdir(join(project.folder, ".evalh/runs"));
    const html = await readFile(join(project.folder, ".evalh/runs", run, "report.html"), "utf8");
    expect(html).toContain("The data behind the scores");
    expect(html).toContain("data.jsonl:1");
    expect(html).not.toContain(`${project.folder}/data.jsonl`);
  });

  it("tells what changed between two versions, by id and by content", async () => {
    await using project = await makeProject();
    await project.write(
      "a.jsonl",
      [
        { id: 1, text: "x", answer: "1" },
        { id: 2, text: "y", answer: "2" },
        { id: 3, text: "z", answer: "3" },
      ]
        .map(line)
        .join(""),
    );
    await project.write(
      "b.jsonl",
      [
        { id: 3, text: "z", answer: "3" },
        { id: 2, text: "y", answer: "two" },
        { id: 4, text: "w", answer: "4", note: "n" },
      ]
        .map(line)
        .join(""),
    );
    const { stdout } = await project.run("data", "diff", "a.jsonl", "b.jsonl", "--json");
    expect(JSON.parse(stdout)).toMatchObject({
      rows: { a: 3, b: 3 },
      columns: { added: ["note"], removed: [] },
      added: 1,
      removed: 1,
      changed: 1,
      same: 1,
      isReordered: true,
      changedColumns: { answer: 1 },
    });
    await project.write("c.csv", "text,answer\nx,1\nx,1\n");
    await project.write("d.csv", "text,answer\nx,1\ny,1\n");
    const byContent = await project.run("data", "diff", "c.csv", "d.csv");
    expect(byContent.stdout).toContain("matched by content (no ids): 1 same, 0 changed, 1 added, 1 removed");
  });

  it("reads what Hugging Face datasets saved, and holds a run to the revision that the suite pins", async () => {
    await using project = await makeProject();
    const saved = fileURLToPath(new URL("../fixtures/huggingface/saved/", import.meta.url));
    await cp(saved, join(project.folder, "saved"), { recursive: true });
    const checked = await project.run("data", "check", "saved/test", "--input", "text", "--json");
    const { revision } = JSON.parse(checked.stdout) as { revision: { sha256: string; fingerprint: string } };
    const suite = (pinned: string): string => `suite: saved
version: 1
tasks:
  - task: continue
    dataset: { path: saved/test, id: id, revision: "${pinned}" }
    prompt: "{{ text }}"
    references: "{{ choices.text[0] }}"
    generate: { max_tokens: 2 }
    judges: [exact_match]
models: [{ model: tiny, backend: onnx, checkpoints: checkpoints/ }]
`;
    await project.write("saved.yaml", suite("abcdef0"));
    const refused = await project.run("run", "saved.yaml", "--quiet", "--no-report");
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining(revision.sha256)]);
    await project.write("saved.yaml", suite(revision.fingerprint));
    expect(await project.run("run", "saved.yaml", "--quiet", "--no-report")).toMatchObject({ code: 0, stderr: "" });
    const runs = join(project.folder, ".evalh/runs");
    const [run = ""] = await readdir(runs);
    const manifest = JSON.parse(await readFile(join(runs, run, "run.json"), "utf8")) as { units: object[] };
    expect(manifest.units).toMatchObject([{ n: 3, dataset: revision }]);
  });

  it("names a column that is not there", async () => {
    await using project = await makeProject();
    const { code, stderr } = await project.run("data", "check", "data.jsonl", "--reference", "anser");
    expect([code, stderr]).toEqual([2, expect.stringContaining('did you mean "answer"?')]);
  });
});
