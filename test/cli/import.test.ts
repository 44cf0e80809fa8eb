import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { describe, expect, it } from "vitest";

import { makeProject } from "./project.ts";

const fixtures = fileURLToPath(new URL("../fixtures/interop/", import.meta.url));

describe("evalh import", () => {
  it("makes a run that is compared, gated and reported like any", async () => {
    await using project = await makeProject();
    const { code, stdout } = await project.run("import", join(fixtures, "lm-eval"), "--json");
    expect(code).toBe(0);
    const { run } = JSON.parse(stdout) as { run: string };
    expect(run).toMatch(/^lm-eval-20261124-135052-/);
    expect((await project.run("compare", run)).stdout).toContain("legs_choice/acc_norm");
    expect((await project.run("baseline", "update", run)).code).toBe(0);
    expect((await project.run("report", run, "--format", "junit", "-o", "-")).stdout).toContain("legs_choice");
  });

  it("refuses to make scores again that only their program can make", async () => {
    await using project = await makeProject();
    await project.run("import", join(fixtures, "inspect", "legs.json"));
    const { code, stderr } = await project.run("score");
    expect(code).toBe(2);
    expect(stderr).toContain("come from inspect_ai");
    await project.write("suite.yaml", SUITE);
    expect((await project.run("score", "--suite", "suite.yaml")).code).toBe(0);
    expect((await project.run("compare")).stdout).toContain("legs/contains");
  });

  it("says what it looked for where nothing is recognised", async () => {
    await using project = await makeProject();
    const { code, stderr } = await project.run("import", "checkpoints");
    expect(code).toBe(2);
    expect(stderr).toContain("known are lm-evaluation-harness, inspect_ai, promptfoo");
    expect((await project.run("import", "nowhere")).stderr).toContain("there is no file or folder nowhere");
  });

  const SUITE = `suite: legs
version: 1
tasks:
  - task: legs
    dataset: { path: data.jsonl, id: id }
    prompt: "{{ text }}"
    references: "{{ answer }}"
    judges: [contains]
models:
  - { model: tiny, backend: onnx, checkpoints: checkpoints/ }
`;
});
