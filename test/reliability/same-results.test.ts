import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";

import { describe, expect, it } from "vitest";

import { describeFailure } from "../../src/cli/failure.ts";
import { finished, makeProject, SUITE, type Project } from "../cli/project.ts";
import { startOpenai } from "../fixtures/servers/openai.ts";
import { readAnswers, tallyOf } from "./campaign/answers.ts";
import { servedSuite } from "./served-suite.ts";

async function runFolder(project: Project): Promise<string> {
  const root = join(project.folder, ".evalh", "runs");
  const names = (await readdir(root)).toSorted();
  return join(root, names.at(-1) ?? "");
}

/** A run's results without what tells two runs apart: name and times. */
async function results(project: Project): Promise<string> {
  const { stdout } = await project.run("report", "--format", "json", "--output", "-");
  const { id } = JSON.parse(await readFile(join(await runFolder(project), "run.json"), "utf8")) as { id: string };
  const document = JSON.parse(stdout.replaceAll(id, "RUN")) as Record<string, Record<string, unknown>>;
  for (const key of ["started_at", "startedAt", "seconds"]) delete document["run"]?.[key];
  return JSON.stringify(document);
}

describe("item 1: what a run finds does not depend on how it went", () => {
  it("be it one call at a time or three, in one go or resumed", async () => {
    await using one = await makeProject({ rows: 60 });
    await one.run("run", "suite.yaml", "--quiet", "--no-report", "--no-cache", "--concurrency", "1");
    const whole = await results(one);
    const shards = join(await runFolder(one), "samples");
    for (const name of await readdir(shards)) {
      const lines = (await readFile(join(shards, name), "utf8")).split("\n");
      await writeFile(join(shards, name), lines.slice(0, lines.length >> 1).join("\n"));
    }
    expect(await results(one)).not.toBe(whole);
    const { code } = await one.run("run", "--resume", "--quiet", "--no-report", "--no-cache", "--concurrency", "3");
    expect(code).toBe(0);
    expect(await results(one)).toBe(whole);
  });

  it("keeps every repeat by itself, and gives the same ones again from the cache", async () => {
    const suite = SUITE.replace("temperature: 0 }", "temperature: 1 }\n    repeats: 8");
    await using project = await makeProject({ rows: 4, suite });
    const args = ["run", "suite.yaml", "--quiet", "--no-report", "--task", "continue"];
    await project.run(...args);
    const first = await readAnswers(await runFolder(project));
    expect(first).toMatchObject({ twice: 0 });
    expect(first.byKey.size).toBe(2 * 4 * 8);
    await setTimeout(1_100);
    const { stderr } = await project.run(...args.filter((arg) => arg !== "--quiet"));
    expect(stderr).toContain("64 of 64");
    const again = tallyOf(first, await readAnswers(await runFolder(project)));
    expect(again).toEqual({ answers: 64, lost: 0, twice: 0, altered: 0 });
  });
});

describe("item 3: a report that is killed while it is written", () => {
  it("leaves the old one or the whole new one, never a part", async () => {
    await using server = await startOpenai();
    await using project = await makeProject({ rows: 300, suite: servedSuite(server.origin) });
    await project.run("run", "suite.yaml", "--quiet");
    const path = join(await runFolder(project), "report.html");
    expect(await readFile(path, "utf8")).toMatch(/<\/html>\s*$/);
    for (let kill = 0; kill < 5; kill++) {
      const child = project.start("report", "--output", path);
      const ending = finished(child);
      await Promise.race([setTimeout(500 + kill * 60), ending]);
      child.kill("SIGKILL");
      await ending;
      expect(await readFile(path, "utf8")).toMatch(/<\/html>\s*$/);
    }
  });
});

describe("item 20: an error", () => {
  it("that is a bug ends with its stack and how to report it", () => {
    const { text, exitCode } = describeFailure(new TypeError("x is not a function"));
    expect(text).toMatch(/^TypeError: x is not a function\n +at /);
    expect(text).toContain("This is a bug in evalh. Please report it");
    expect(exitCode).toBe(3);
  });

  it("of a suite, a row, an option, a file or a run is said in a few lines with what to do", async () => {
    await using project = await makeProject();
    await project.write("rows.jsonl", '{"id": "a", "text": "x"\n');
    await project.write("broken.yaml", SUITE.replace("path: data.jsonl", "path: rows.jsonl"));
    await project.write("losses.csv", "step,loss\n1,2\nx,y\n");
    await project.write("none.yaml", "suite: [");
    await project.write(join(".evalh", "x"), "").catch(() => undefined);
    const mistakes = [
      ["run", "broken.yaml"],
      ["run", "none.yaml"],
      ["run", "nowhere.yaml"],
      ["run", "suite.yaml", "--checkpoint", "nope"],
      ["run", "suite.yaml", "--limit", "many"],
      ["run", "--resume", "nope"],
      ["gate", "nope"],
      ["report", "nope", "--format", "junit"],
      ["report", "--format", "nope"],
      ["baseline", "show", "suite.yaml"],
      ["compare", "a", "b"],
      ["import", "data.jsonl"],
      ["history"],
      ["score", "nope", "suite.yaml"],
      ["validate", "data.jsonl"],
      ["cleanse"],
    ].map(async (args) => ({ args, ...(await project.run(...args)) }));
    for (const { args, code, stderr, stdout } of await Promise.all(mistakes)) {
      expect({ code, stdout }, args.join(" ")).toEqual({ code: 2, stdout: "" });
      expect(stderr, args.join(" ")).not.toMatch(/^\s+at .*:\d+:\d+\)?$|This is a bug/m);
      expect(stderr.length).toBeGreaterThan(20);
    }
  });
});
