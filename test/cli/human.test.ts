import type { ChildProcess } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { finished, makeProject, type Project } from "./project.ts";

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

/** Rater and link, as they are printed. */
async function linksOf(child: ChildProcess): Promise<[string, string][]> {
  let text = "";
  for await (const chunk of child.stdout ?? []) {
    text += String(chunk);
    const links = [...text.matchAll(/^(\w+): (http\S+)$/gmu)];
    if (links.length === 3) return links.map((match) => [match[1] ?? "", match[2] ?? ""]);
  }
  throw new Error(`no links in ${text}`);
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
    expect(made.stdout).toContain("10 answers show differences from about ±");
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

  it("loses no acknowledged answer of 100 items and three raters when the server is killed", async () => {
    await using project = await makeProject({ rows: 100 });
    await project.run("run", "suite.yaml", "--quiet", "--no-report");
    const args = ["human", "export", "--form", "rating", "-n", "90", "--checkpoint", "20"];
    const id = sheetId((await project.run(...args)).stdout);
    const items = await sheetItems(project, id);
    expect(items).toHaveLength(99);
    const acknowledged = new Set<string>();
    /** Serves, and posts what is not acknowledged yet; kills the server after so many answers. */
    const serve = async (killAfter: number): Promise<void> => {
      const child = project.start("human", "serve", "--rater", "ann", "bob", "eve");
      const links = await linksOf(child);
      let count = 0;
      const rate = async ([rater, link]: readonly [string, string]): Promise<void> => {
        for (const [index, item] of items.entries()) {
          const name = `${rater} ${item.id}`;
          if (acknowledged.has(name)) continue;
          const body = JSON.stringify({ id: item.id, value: String(1 + (index % 5)) });
          const headers = { "content-type": "application/json" };
          const reply = await fetch(`${link}answers`, { method: "POST", headers, body }).catch(() => null);
          if (reply?.status === 204) acknowledged.add(name);
          if (++count === killAfter) child.kill("SIGKILL");
        }
      };
      const closed = new Promise((resolve) => child.on("close", resolve));
      await Promise.all(links.map(rate));
      child.kill("SIGINT");
      await closed;
    };
    await serve(70);
    expect(acknowledged.size).toBeLessThan(297);
    await serve(80);
    await serve(Infinity);
    expect(acknowledged.size).toBe(297);
    const { stdout } = await project.run("human", "stats", "--json");
    const stats = JSON.parse(stdout) as {
      judged: number;
      raters: { answers: number }[];
      agreement: { percent: number };
    };
    expect([stats.judged, stats.raters.map(({ answers }) => answers), stats.agreement.percent]).toEqual([
      90,
      [99, 99, 99],
      1,
    ]);
  });
});
