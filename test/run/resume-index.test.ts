import { appendFile, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { runFiles } from "../../src/run/store/run-folder.ts";
import { readAnswers, tallyOf } from "../reliability/campaign/answers.ts";
import { attempt, makeToy, resumeToy, startToy, type Toy } from "../reliability/campaign/toy-run.ts";

const SAMPLES = 2_500;
const CHECKPOINT = "served/served";

/** A run whose second window lacks some answers; the index is as the first attempt left it. */
async function unfinished(toy: Toy): Promise<{ folder: string; whole: Awaited<ReturnType<typeof readAnswers>> }> {
  const run = await startToy(toy);
  await attempt(run);
  const whole = await readAnswers(run.folder);
  const shard = runFiles.samples(run.folder, CHECKPOINT);
  const lines = (await readFile(shard, "utf8")).trimEnd().split("\n");
  const kept = lines.filter((line) => {
    const { i } = JSON.parse(line) as { i: number };
    return i < 1_100 || i > 1_200;
  });
  await writeFile(shard, kept.map((line) => `${line}\n`).join(""));
  return { folder: run.folder, whole };
}

describe("the index of a run", () => {
  it("is not believed once the shard has changed: what is missing is asked again", async () => {
    await using toy = await makeToy(SAMPLES);
    const { folder, whole } = await unfinished(toy);
    await attempt(await resumeToy(toy, folder));
    expect(tallyOf(whole, await readAnswers(folder))).toEqual({ answers: SAMPLES, lost: 0, twice: 0, altered: 0 });
  });

  it("spares asking, but not noticing: a run goes on from it after it was finished in part", async () => {
    await using toy = await makeToy(SAMPLES);
    const { folder, whole } = await unfinished(toy);
    // Another attempt indexes what is left; then more is torn off behind the index.
    await attempt(await resumeToy(toy, folder));
    const index = await readFile(runFiles.shardIndex(folder, CHECKPOINT), "utf8");
    expect(JSON.parse(index)).toMatchObject({ done: { "echo@test": expect.any(String) as string } });
    await appendFile(runFiles.samples(folder, CHECKPOINT), '{"torn');
    await attempt(await resumeToy(toy, folder));
    expect(tallyOf(whole, await readAnswers(folder))).toEqual({ answers: SAMPLES, lost: 0, twice: 0, altered: 0 });
  });

  it("changes nothing where it is missing or damaged", async () => {
    await using toy = await makeToy(SAMPLES);
    for (const harm of ["missing", "damaged", "of another file"] as const) {
      const { folder, whole } = await unfinished(toy);
      const files = (await readdir(join(folder, "index"), { recursive: true })).filter((name) =>
        name.endsWith(".json"),
      );
      expect(files.length).toBe(2);
      for (const name of files) {
        const path = join(folder, "index", name);
        const text = await readFile(path, "utf8");
        if (harm === "missing") await rm(path);
        else await writeFile(path, harm === "damaged" ? text.replace("0", "1") : text.replaceAll(/\d{3,}/g, "7"));
      }
      await attempt(await resumeToy(toy, folder));
      expect(tallyOf(whole, await readAnswers(folder)), harm).toMatchObject({ lost: 0, twice: 0, altered: 0 });
    }
  });

  it("does not let a run go on whose data, template or few-shot rows changed", async () => {
    await using toy = await makeToy(20);
    const run = await startToy(toy);
    await attempt(run);
    await appendFile(join(toy.folder, "data.jsonl"), '{"id":"more","text":"t","answer":"a"}\n');
    await expect(resumeToy(toy, run.folder)).rejects.toMatchObject({ code: "E_NOT_COMPARABLE" });
    const [task] = toy.suite.tasks;
    const suite = {
      ...toy.suite,
      tasks: task === undefined ? [] : [{ ...task, prompt: { ...task.prompt, text: "!{{ text }}" } }],
    };
    await expect(resumeToy({ ...toy, suite }, run.folder)).rejects.toMatchObject({ code: "E_NOT_COMPARABLE" });
  });
});
