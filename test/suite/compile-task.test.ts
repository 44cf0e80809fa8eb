import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { openDataset } from "../../src/dataset/index.ts";
import { compileTask } from "../../src/suite/compile-task.ts";
import { loadSuite } from "../../src/suite/load.ts";
import type { Task } from "../../src/suite/suite.ts";
import { collect, scratch } from "../dataset/scratch.ts";

/** A task with further keys, over rows with `q`, `a` and `id`. */
async function taskWith(keys: string, train = "pool.jsonl"): Promise<Task> {
  const rows = (prefix: string, n: number): string =>
    Array.from(
      { length: n },
      (_, i) => `${JSON.stringify({ id: `${prefix}${i}`, q: `${prefix}${i}?`, a: [`${i}!`, "x"] })}\n`,
    ).join("");
  const folder = scratch({
    "test.jsonl": rows("t", 6),
    "pool.jsonl": rows("p", 5),
    "ckpt/config.json": "{}",
    "suite.yaml": `suite: s
version: 1
tasks:
  - task: t
    dataset: { path: test.jsonl, id: id }
    references: "{{ a }}"
    judges: [exact_match]
${keys.replaceAll(/^/gm, "    ").replaceAll("POOL", train)}
models: [{ model: m, backend: onnx, checkpoints: ckpt }]
`,
  });
  const { tasks } = await loadSuite(join(folder, "suite.yaml"));
  return tasks[0] as Task;
}

async function promptsOf(task: Task): Promise<string[]> {
  const compiled = await compileTask(task);
  return (await collect(openDataset(task.dataset))).map((row) => compiled.prompt(row));
}

describe("a compiled task", () => {
  it("gives prompts and accepted answers", async () => {
    const task = await taskWith('prompt: "Q: {{ q }}"');
    const compiled = await compileTask(task);
    const [row] = await collect(openDataset(task.dataset));
    expect(row && [compiled.prompt(row), compiled.references(row)]).toEqual(["Q: t0?", ["0!", "x"]]);
  });

  it("puts the same worked examples before every prompt", async () => {
    const task = await taskWith('prompt: "Q: {{ q }}\\nA:"\nfew_shot: { count: 2, dataset: { path: POOL, id: id } }');
    const prompts = await promptsOf(task);
    const example = String.raw`Q: p\d\?\nA: \d!\n\n`;
    for (const [index, prompt] of prompts.entries()) {
      expect(prompt).toMatch(new RegExp(`^(?:${example}){2}Q: t${index}\\?\nA:$`));
    }
    expect(new Set(prompts.map((prompt) => prompt.slice(0, prompt.indexOf("Q: t")))).size).toBe(1);
    expect(await promptsOf(task)).toEqual(prompts);
  });

  it("draws other examples with another seed", async () => {
    const drawn = await Promise.all(
      [1, 2, 3, 4, 5, 6].map(async (seed) => {
        const fewShot = `few_shot: { count: 2, seed: ${seed}, dataset: { path: POOL, id: id } }`;
        return (await promptsOf(await taskWith(`prompt: "{{ q }}"\n${fewShot}`)))[0];
      }),
    );
    expect(new Set(drawn).size).toBeGreaterThan(2);
  });

  it("lets the template place the examples itself", async () => {
    const template = "{% for e in examples %}{{ e.q }}={{ e.a[0] }};{% endfor %}{{ q }}";
    const prompts = await promptsOf(await taskWith(`prompt: "${template}"\nfew_shot: { count: 3, dataset: POOL }`));
    expect(prompts[5]).toMatch(/^(?:p\d\?=\d!;){3}t5\?$/);
  });

  it("never makes a row an example of itself, and still gives it all of them", async () => {
    const prompts = await promptsOf(
      await taskWith('prompt: "<{{ q }}>"\nfew_shot: { count: 5, dataset: { path: POOL, id: id } }', "test.jsonl"),
    );
    for (const [index, prompt] of prompts.entries()) {
      expect(prompt.match(/<t\d\?>/g)).toHaveLength(6);
      expect(prompt.split(`<t${index}?>`)).toHaveLength(2);
    }
  });

  it("says that there are too few rows for the examples", async () => {
    const task = await taskWith('prompt: "{{ q }}"\nfew_shot: { count: 6, dataset: POOL }');
    await expect(compileTask(task)).rejects.toMatchObject({
      code: "E_DATASET",
      message: expect.stringMatching(/6 examples.*has 5/),
    });
  });

  it("refuses a reference that is none of the choices, with the row's place", async () => {
    const task = await taskWith('prompt: "{{ q }}"\nkind: choice\nchoices: [" 0! ", x]');
    const compiled = await compileTask(task);
    const [first, second] = await collect(openDataset(task.dataset));
    if (first === undefined || second === undefined) throw new Error("the fixture has two rows");
    expect(compiled.references(first)).toEqual(["0!", "x"]);
    expect(() => compiled.references(second)).toThrow(
      expect.objectContaining({ code: "E_DATASET", place: second.place, message: expect.stringMatching(/"1!"/) }),
    );
  });
});
