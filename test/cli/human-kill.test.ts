import type { ChildProcess } from "node:child_process";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { beforeAll, afterAll, describe, expect, it } from "vitest";

import { loadAnswers } from "../../src/human/store.ts";
import { makeProject, type Project } from "./project.ts";

const RATERS = ["ann", "bob", "eve"];
const KILLS = 6;

/** "rater item" → the verdict that was acknowledged. */
type Acknowledged = Map<string, string>;

/** What was acknowledged and is not there, or is there otherwise. */
async function lost(run: string, sheet: string, acknowledged: Acknowledged): Promise<string[]> {
  const stored = new Map((await loadAnswers(run, sheet)).map(({ rater, item, value }) => [`${rater} ${item}`, value]));
  return [...acknowledged].flatMap(([name, value]) => (stored.get(name) === value ? [] : [name]));
}

/** Rater and link, as they are printed. */
async function linksOf(child: ChildProcess): Promise<Map<string, string>> {
  let text = "";
  for await (const chunk of child.stdout ?? []) {
    text += String(chunk);
    if (text.includes("\n")) break;
  }
  return new Map(Object.entries((JSON.parse(text) as { links: Record<string, string> }).links));
}

describe("100 items and three raters, under kill -9", () => {
  let project: Project;
  let run = "";
  let sheet = "";
  let items: string[] = [];

  beforeAll(async () => {
    project = await makeProject({ rows: 100 });
    await project.run("run", "suite.yaml", "--quiet", "--no-report");
    const args = ["human", "export", "--form", "rating", "-n", "91", "--checkpoint", "20", "--json"];
    sheet = (JSON.parse((await project.run(...args)).stdout) as { sheet: string }).sheet;
    const runs = join(project.folder, ".evalh/runs");
    run = join(runs, (await readdir(runs))[0] ?? "");
    const text = await readFile(join(run, "human", `${sheet}.sheet.json`), "utf8");
    items = (JSON.parse(text) as { items: { id: string }[] }).items.map(({ id }) => id);
  });

  afterAll(() => project[Symbol.asyncDispose]());

  it("loses no answer that the page was told is stored, wherever the server dies", { timeout: 300_000 }, async () => {
    expect(items).toHaveLength(100);
    const acknowledged: Acknowledged = new Map();
    /** Serves, and posts what is not acknowledged yet, all raters at once; kills the server a moment after so many. */
    const serve = async (killAfter: number): Promise<void> => {
      const child = project.start("human", "serve", "--rater", ...RATERS, "--json");
      const closed = new Promise((resolve) => child.on("close", resolve));
      const links = await linksOf(child);
      let count = 0;
      await Promise.all(
        RATERS.map(async (rater, who) => {
          for (const [index, id] of items.entries()) {
            const name = `${rater} ${id}`;
            if (acknowledged.has(name)) continue;
            const value = String(1 + ((index + who) % 5));
            const headers = { "content-type": "application/json" };
            const body = JSON.stringify({ id, value, note: `of ${rater}` });
            if (++count === killAfter) setTimeout(() => child.kill("SIGKILL"), 3 * Math.random());
            const reply = await fetch(`${links.get(rater)}answers`, { method: "POST", headers, body }).catch(
              () => null,
            );
            if (reply === null) return;
            expect(reply.status).toBe(204);
            acknowledged.set(name, value);
          }
        }),
      );
      child.kill("SIGINT");
      await closed;
    };
    for (let kill = 0; kill < KILLS; kill++) {
      await serve(10 + Math.floor(30 * Math.random()));
      expect(await lost(run, sheet, acknowledged)).toEqual([]);
    }
    expect(acknowledged.size).toBeLessThan(300);
    await serve(Infinity);
    expect(acknowledged.size).toBe(300);
    expect(await lost(run, sheet, acknowledged)).toEqual([]);
    const { stdout } = await project.run("human", "stats", "--json");
    expect(JSON.parse(stdout)).toMatchObject({
      judged: 91,
      raters: RATERS.map((rater) => ({ rater, answers: 100 })),
    });

    // The check itself must find a loss: one line is planted away.
    const path = join(run, "human", `${sheet}.answers.jsonl`);
    const lines = (await readFile(path, "utf8")).split("\n");
    const victim = JSON.parse(lines[17] ?? "") as { rater: string; item: string };
    await writeFile(
      path,
      lines.filter((line) => !(line.includes(victim.item) && line.includes(victim.rater))).join("\n"),
    );
    expect(await lost(run, sheet, acknowledged)).toEqual([`${victim.rater} ${victim.item}`]);
  });

  it("loses no answer after which the terminal showed the next item", { timeout: 300_000 }, async () => {
    const acknowledged: Acknowledged = new Map();
    for (let kill = 0; kill <= 3; kill++) {
      const open = items.filter((id) => !acknowledged.has(`kim ${id}`));
      const target = kill === 3 ? Infinity : acknowledged.size + 1 + Math.floor(12 * Math.random());
      const child = project.start("human", "rate", "--rater", "kim");
      const closed = new Promise((resolve) => child.on("close", resolve));
      child.stdin?.on("error", () => undefined);
      child.stdin?.write(open.map((_, index) => 1 + (index % 5)).join(""));
      let text = "";
      for await (const chunk of child.stdout ?? []) {
        text += String(chunk);
        const done = [...text.matchAll(/(\d+) done/gu)].map((match) => Number(match[1]));
        const most = Math.max(acknowledged.size, ...done);
        for (const [index, id] of open.slice(0, most - (items.length - open.length)).entries())
          acknowledged.set(`kim ${id}`, String(1 + (index % 5)));
        if (most >= target) child.kill("SIGKILL");
        if (text.includes("all items are judged")) child.stdin?.end();
      }
      await closed;
      expect(await lost(run, sheet, acknowledged)).toEqual([]);
      // What was stored but not shown yet counts as well: the next start goes on behind it.
      for (const { rater, item, value } of await loadAnswers(run, sheet))
        if (rater === "kim") acknowledged.set(`kim ${item}`, value);
    }
    expect([...acknowledged.keys()].filter((name) => name.startsWith("kim"))).toHaveLength(items.length);
  });
});
