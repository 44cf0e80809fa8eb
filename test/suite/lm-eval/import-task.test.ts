import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { describe, expect, it } from "vitest";

import { exactMatch } from "../../../judges/exact-match.ts";
import type { JsonObject } from "../../../src/core/json.ts";
import { cleanItems } from "../../../src/run/render-items.ts";
import { importTask } from "../../../src/suite/lm-eval/import-task.ts";
import { taskSuite } from "../../../src/suite/lm-eval/suite-text.ts";
import { loadSuiteText } from "../../../src/suite/load.ts";
import type { Suite } from "../../../src/suite/suite.ts";
import { collect, scratch } from "../../dataset/scratch.ts";

const fixtures = fileURLToPath(new URL("../../fixtures/lm-eval/", import.meta.url));

interface Expected {
  readonly samples: Readonly<
    Record<string, { readonly arguments: readonly (readonly string[])[]; readonly target: number | string }>
  >;
  readonly outputs?: readonly string[];
  readonly scored?: Readonly<Record<string, readonly { readonly filtered: string; readonly exact_match: number }[]>>;
}

/** Made by make.py beside it, with lm-evaluation-harness itself. */
const { tasks } = JSON.parse(readFileSync(join(fixtures, "expected.json"), "utf8")) as {
  readonly tasks: Readonly<Record<string, Expected>>;
};

async function suiteOf(file: string, data: string | null = null): Promise<Suite> {
  const models = [{ model: "served", backend: "openai", url: "http://127.0.0.1/v1" }];
  const { text } = await taskSuite({ files: [file], name: "tasks", models, data, folder: null });
  return loadSuiteText(text, file, { allowOutside: true });
}

describe("tasks of lm-evaluation-harness", () => {
  it.each(Object.keys(tasks))("ask what the harness asks, unchanged: %s", async (name) => {
    const expected = Object.values(tasks[name]?.samples ?? {});
    const [task] = (await suiteOf(join(fixtures, `${name}.yaml`))).tasks;
    if (task === undefined) throw new Error("no task");
    const items = await collect(cleanItems(task, "test"));
    expect(items).toHaveLength(4);
    for (const [index, item] of items.entries()) {
      const choices = item.choices ?? task.choices;
      const given = choices ?? (task.kind === "loglikelihood" ? item.references : []);
      const continuations = given.map((text) => [item.prompt, task.targetDelimiter + text]);
      const { arguments: asked, target } = expected[index] ?? { arguments: [], target: "" };
      expect(continuations.length === 0 ? [[item.prompt]] : continuations).toEqual(asked);
      if (task.kind === "perplexity") continue;
      expect(item.references).toEqual([typeof target === "number" ? choices?.[target] : target]);
    }
  });

  it("filter and score outputs as the harness does", async () => {
    const { outputs = [], scored = {} } = tasks["generate"] ?? {};
    const [task] = (await suiteOf(join(fixtures, "generate.yaml"))).tasks;
    const references = (await collect(cleanItems(task as Suite["tasks"][number], "test"))).map(
      (item) => item.references,
    );
    expect(task?.generate).toMatchObject({ maxTokens: 12, temperature: 0, stop: ["\n", "Question:"] });
    expect(task?.judges.map(({ name }) => name)).toEqual(Object.keys(scored));
    for (const { name, options } of task?.judges ?? []) {
      const judge = exactMatch.create(options, {});
      const [metric] = judge.metrics;
      const values = await Promise.all(
        outputs.map(async (text, index) => {
          const sample = { id: "", input: "", references: references[index] ?? [], metadata: {} };
          const score = await judge.score({ text, finish: "stop" }, sample);
          return score.kind === "scored" ? (metric?.perSample(score.stats) ?? NaN) / 100 : NaN;
        }),
      );
      expect(values).toEqual(scored[name]?.map((each) => each.exact_match));
    }
    expect(
      Object.values(scored)
        .flat()
        .filter((each) => each.exact_match === 1).length,
    ).toBeGreaterThan(2);
  });

  it("take examples with their description, and say that they are others", async () => {
    const folder = scratch({
      "task.yaml": `include: ${join(fixtures, "generate.yaml")}
num_fewshot: 1
fewshot_delimiter: "\\n"
dataset_path: ${join(fixtures, "data")}
`,
    });
    const { notes } = await importTask(join(folder, "task.yaml"), { data: null });
    expect(notes).toEqual([expect.stringContaining("drawn by evalh's rule")]);
    const [task] = (await suiteOf(join(folder, "task.yaml"))).tasks;
    const [first] = await collect(cleanItems(task as Suite["tasks"][number], "test"));
    expect(first?.prompt).toMatch(
      /^Answer in one word\.\n\nQuestion: (?:What do bees make\?\nAnswer: honey|What is frozen water\?\nAnswer: ice)\nQuestion: What keeps a boat in place\?\nAnswer:$/u,
    );
  });

  const small = { dataset_path: "json", test_split: "test", doc_to_text: "q", doc_to_target: "a" };
  it.each<[string, JsonObject, string]>([
    ["a dataset of the hub", { ...small, dataset_path: "some/where" }, "is on the hub, and evalh downloads nothing"],
    ["a split that is not there", { ...small, dataset_path: ".", test_split: "tset" }, "has no split tset"],
    ["no split", { dataset_path: "json" }, "neither `test_split` nor"],
    ["a group", { task: ["a", "b"], dataset_path: "json" }, "a group of tasks"],
    ["a prompt of promptsource", { ...small, use_prompt: "promptsource:x" }, "`use_prompt` is not supported"],
    ["an unknown output_type", { ...small, output_type: "chat" }, "there is no output_type chat"],
    [
      "an unknown filter",
      { ...small, filter_list: [{ filter: [{ function: "majority_vote" }] }] },
      "no filter majority_vote",
    ],
    ["an unknown metric", { ...small, metric_list: [{ metric: "meteor_x" }] }, "no judge for the metric meteor_x"],
    ["a file that includes itself", { include: "task.yaml" }, "includes itself"],
  ])("refuse %s", async (_, task, message) => {
    const files = { data_files: { test: "test.jsonl" } };
    const folder = scratch({
      "task.yaml": JSON.stringify({ dataset_kwargs: files, ...task }),
      "test.jsonl": '{"q": "x", "a": "y"}\n',
    });
    await expect(importTask(join(folder, "task.yaml"), { data: null })).rejects.toThrow(message);
  });

  it("refuse Python by its line", async () => {
    const error = await importTask(join(fixtures, "python.yaml"), { data: null }).catch((thrown: unknown) => thrown);
    expect((error as { format(): string }).format()).toMatch(/python\.yaml:5:15 .*!function calls a function/u);
  });
});
