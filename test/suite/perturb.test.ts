import { join } from "node:path";

import { describe, expect, it } from "vitest";

import type { SuiteInvalid } from "../../src/suite/diagnostics.ts";
import { loadSuite } from "../../src/suite/load.ts";
import { scratch } from "../dataset/scratch.ts";

const load = (perturb: string, more = ""): ReturnType<typeof loadSuite> => {
  const folder = scratch({
    "data.jsonl": '{"text": "a b", "answer": "c"}\n',
    "checkpoints/checkpoint-1/config.json": "{}",
    "suite.yaml": `suite: quiz
version: 1
tasks:
  - task: continue
    dataset: data.jsonl
    prompt: "{{ text }}"
    references: "{{ answer }}"
    repeats: 2
    judges: [exact_match]
    perturb: ${perturb}
models:
  - { model: tiny, backend: onnx, checkpoints: checkpoints/ }
${more}`,
  });
  return loadSuite(join(folder, "suite.yaml"));
};

describe("perturb", () => {
  it("takes names, options and prompts, each with a name of its own", async () => {
    const suite = await load(`
      - typos
      - keyboard: { lang: de }
        as: slips
        columns: [text]
        repeats: 5
      - prompts: ["Q: {{ text }}", "{{ text }}?"]`);
    const bare = { options: {}, columns: null, repeats: 2, template: null };
    expect(suite.tasks[0]?.perturb).toEqual([
      { ...bare, name: "typos", module: "typos" },
      { ...bare, name: "slips", module: "keyboard", options: { lang: "de" }, columns: ["text"], repeats: 5 },
      {
        ...bare,
        name: "prompts.1",
        module: "prompts",
        template: { text: "Q: {{ text }}", place: expect.objectContaining({ line: 16 }) },
      },
      {
        ...bare,
        name: "prompts.2",
        module: "prompts",
        template: { text: "{{ text }}?", place: expect.objectContaining({ line: 16 }) },
      },
    ]);
  });

  it.each([
    ["[typo]", 'did you mean "typos"?'],
    ["[synonym]", 'synonym needs the option "wordnet"'],
    ["[paraphrase: { model: writer }]", 'there is no model "writer" to ask'],
    ["[typos, typos: { aug_char_p: 0.5 }]", 'another perturbation of the task is named "typos"'],
    ["[{ typos: {}, columns: [txt] }]", 'did you mean "text"?'],
    ["[{ typos: { aug_chr_p: 1 } }]", 'did you mean "aug_char_p"?'],
    ["[{ typos: {}, case: {} }]", "must name one perturbation"],
    ['[{ prompts: ["{{ txt }}"] }]', 'did you mean "text"?'],
    ["[typos]", 'did you mean "typos"?', "gates: [{ metric: continue/exact_match, perturbation: tpyos }]"],
    ["[]", "add it to the task's `perturb`", "gates: [{ metric: continue/exact_match, perturbation: typos }]"],
  ])("is checked: %s", async (perturb, message, more = "") => {
    const error = await load(perturb, more).then(
      () => null,
      (thrown: unknown) => thrown as SuiteInvalid,
    );
    expect(error?.format()).toContain(message);
  });
});
