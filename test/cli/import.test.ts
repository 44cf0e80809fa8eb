import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { describe, expect, it } from "vitest";

import { makeProject, type Project } from "./project.ts";

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
    expect(stderr).toContain(
      "known are lm-evaluation-harness, inspect_ai, W&B tables, W&B runs, HF Trainer, promptfoo",
    );
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

  it("take logs that were written for inspect_ai, with the scores that they were written with", async () => {
    await using project = await makeProject();
    await project.run("run", "suite.yaml", "--quiet", "--no-report");
    const before = await scoresOf(project);
    expect((await project.run("report", "--format", "inspect", "--output", "logs")).code).toBe(0);
    const imported = await project.run("import", "logs", "--suite", "back");
    expect(imported.stdout).toContain("imported 24 samples in 2 tasks of 2 checkpoints");
    const after = await scoresOf(project);
    expect(Object.keys(after).toSorted()).toEqual(Object.keys(before).toSorted());
    for (const [key, value] of Object.entries(before)) expect(after[key], key).toBeCloseTo(value, 9);
    // Logs of ours are written again.
    expect((await project.run("report", "--format", "inspect", "--output", "logs")).code).toBe(0);
  });
});

/** Every score of the newest run's first checkpoint. */
async function scoresOf(project: Project): Promise<Record<string, number>> {
  const { stdout } = await project.run("report", "--format", "json", "--output", "-");
  const { checkpoints } = JSON.parse(stdout) as {
    checkpoints: readonly { readonly scores: Readonly<Record<string, { readonly value: number }>> }[];
  };
  return Object.fromEntries(Object.entries(checkpoints[0]?.scores ?? {}).map(([key, { value }]) => [key, value]));
}
