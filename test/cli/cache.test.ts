import { appendFile, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { startOpenai } from "../fixtures/servers/openai.ts";
import { makeProject, type Project } from "./project.ts";

/** The stored answers of a run, without times, by checkpoint file. */
async function answersOf(project: Project, run: string): Promise<Record<string, unknown[]>> {
  const folder = join(project.folder, run, "samples");
  const found: Record<string, unknown[]> = {};
  for (const name of await readdir(folder)) {
    const lines = (await readFile(join(folder, name), "utf8")).trim().split("\n");
    found[name] = lines
      .map((line) => ({ ...(JSON.parse(line) as Record<string, unknown>), ms: undefined, crc: undefined }))
      .map((record) => JSON.stringify(record))
      .toSorted();
  }
  return found;
}

async function run(project: Project, ...more: string[]): Promise<{ folder: string; known: unknown }> {
  const { code, stdout, stderr } = await project.run("run", ".", "--jsonl", "--no-report", ...more);
  expect(stderr).not.toContain("error");
  expect(code).toBe(0);
  const events = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const started = events.find(({ type }) => type === "run-started");
  const ended = events.find(({ type }) => type === "run-ended");
  return { folder: String(started?.["folder"]), known: ended?.["cache"] };
}

describe("answers kept across runs", () => {
  it("spare a second run every question, and give the same run", async () => {
    await using project = await makeProject();
    const first = await run(project);
    const second = await run(project);
    // The second checkpoint is a copy of the first, and the cache knows weights, not names.
    expect(first.known).toEqual({ answers: 48, known: 24 });
    expect(second.known).toEqual({ answers: 48, known: 48 });
    expect(await answersOf(project, second.folder)).toEqual(await answersOf(project, first.folder));
    const line = await project.run("run", ".", "--no-report");
    expect(line.stderr).toContain("cache: 48 of 48 answers were known (100.0 %)");
    expect((await run(project, "--no-cache")).known).toBeNull();
  });

  it("never answer for another checkpoint's weights", async () => {
    await using project = await makeProject();
    await run(project);
    await appendFile(join(project.folder, "checkpoints/checkpoint-20/config.json"), " ");
    // Only the checkpoint that was left as it is is known.
    expect((await run(project)).known).toEqual({ answers: 48, known: 24 });
  });

  it("never answer where a tokenizer's further files changed", async () => {
    await using project = await makeProject({ rows: 2 });
    await run(project, "--checkpoint", "checkpoint-20");
    await project.write("checkpoints/checkpoint-20/special_tokens_map.json", "{}");
    expect((await run(project, "--checkpoint", "checkpoint-20")).known).toEqual({ answers: 4, known: 0 });
  });

  it("are kept by two runs at the same time, each of which may find the other's", async () => {
    await using project = await makeProject();
    const both = [
      ["--task", "continue"],
      ["--task", "pick"],
    ].map((flags) => run(project, ...flags));
    await Promise.all(both);
    expect((await run(project)).known).toEqual({ answers: 48, known: 48 });
    // The same run twice at once: neither disturbs the other.
    await project.run("cache", "clear");
    const same = await Promise.all([run(project), run(project)]);
    expect(await answersOf(project, same[0].folder)).toEqual(await answersOf(project, same[1].folder));
    expect((await run(project)).known).toEqual({ answers: 48, known: 48 });
  });

  it("are shown and forgotten by command", async () => {
    await using project = await makeProject();
    await run(project);
    const stats = JSON.parse((await project.run("cache", "stats", "--json")).stdout) as Record<string, unknown>;
    expect(stats).toMatchObject({ answers: 24, folder: join(".evalh", "cache") });
    expect((await project.run("cache", "stats")).stdout).toMatch(/tiny\/checkpoint-\d+ continue +12 answers/);
    expect((await project.run("cache", "clear")).stdout).toMatch(/^removed .* KB from/);
    expect((await project.run("cache", "stats")).stdout).toMatch(/^0 answers, 0 B/);
    expect((await run(project)).known).toEqual({ answers: 48, known: 24 });
    const cleared = await project.run("cache", "clear", "--json");
    expect(JSON.parse(cleared.stdout)).toEqual({ folder: join(".evalh", "cache"), removed: stats["bytes"] });
  });

  it("are kept of served models only when asked, and hold no keys", async () => {
    await using server = await startOpenai();
    const suite = `suite: served
version: 1
tasks:
  - task: t
    dataset: { path: data.jsonl, id: id }
    prompt: "{{ kind }}"
    references: "{{ answer }}"
    generate: { max_tokens: 4, temperature: 0 }
    judges: [exact_match]
models:
  - model: served
    backend: openai
    url: ${server.origin}/v1
    options: { model: m, headers: { x-api-key: planted-key-7 } }
`;
    await using project = await makeProject({ suite });
    // Twelve samples ask two questions.
    expect((await run(project)).known).toEqual({ answers: 12, known: 10 });
    expect((await run(project)).known).toEqual({ answers: 12, known: 10 });
    expect(server.received).toHaveLength(4);
    await run(project, "--cache-served");
    expect((await run(project, "--cache-served")).known).toEqual({ answers: 12, known: 12 });
    expect(server.received).toHaveLength(6);
    await run(project, "--no-cache");
    expect(server.received).toHaveLength(18);
    const cache = join(project.folder, ".evalh/cache");
    const files = (await readdir(cache, { recursive: true })).filter((name) => /\.jsonl?$/.test(name));
    expect(files.length).toBeGreaterThan(1);
    for (const name of files) expect(await readFile(join(cache, name), "utf8")).not.toContain("planted-key-7");
  });
});
