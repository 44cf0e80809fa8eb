import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { describe, expect, it } from "vitest";

import { makeProject, type Project } from "./project.ts";

const fixtures = fileURLToPath(new URL("../fixtures/interop/hf-trainer/", import.meta.url));

async function importBoxes(project: Project, name: string): Promise<string> {
  const folder = join(fixtures, name);
  const references = ["--references", join(folder, "test.jsonl"), "--judge", "rouge", "--suite", "boxes"];
  const { code, stdout, stderr } = await project.run("import", folder, ...references, "--json");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return (JSON.parse(stdout) as { run: string }).run;
}

async function commit(project: Project, subject: string): Promise<void> {
  const git = (...args: string[]): Promise<unknown> => promisify(execFile)("git", args, { cwd: project.folder });
  await git("init", "-q");
  await git("add", "evalh.baseline.json");
  await git("-c", "user.name=you", "-c", "user.email=you@example.org", "commit", "-q", "-m", subject);
}

describe("evalh import of a HF Trainer's output folder", () => {
  it("gives runs that are compared, gated, made a baseline and followed over time", async () => {
    await using project = await makeProject();
    const first = await importBoxes(project, "summaries");
    expect((await project.run("baseline", "update")).stdout).toContain("summaries/checkpoint-80");
    await commit(project, "first model");
    const second = await importBoxes(project, "longer");

    const compared = await project.run("compare", first, second, "--json");
    const { checkpoints } = JSON.parse(compared.stdout) as {
      checkpoints: readonly { readonly scores: Readonly<Record<string, { readonly delta: object | null }>> }[];
    };
    const scores = checkpoints[1]?.scores ?? {};
    // Single answers are paired; of totals only their sizes are known, and of a loss not even an error.
    expect(scores["predictions/rouge1"]?.delta).toMatchObject({
      n: 36,
      test: expect.stringContaining("paired-t") as string,
    });
    expect(scores["predict/exact"]?.delta).toMatchObject({
      n: 36,
      test: expect.stringContaining("unpaired") as string,
    });
    expect(scores["eval/loss"]?.delta).toMatchObject({ significant: false, p: 1 });

    const gates = [
      "predictions/rouge1 max_drop=1",
      "predict/loss mode=noninferior max_drop=0.1",
      "predict/loss mode=threshold max=0.6",
    ];
    const gated = await project.run("gate", second, ...gates.flatMap((gate) => ["--gate", gate]), "--json");
    const outcomes = (JSON.parse(gated.stdout) as { gates: readonly { outcome: string; reason: string }[] }).gates;
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(["pass", "inconclusive", "pass"]);
    expect(outcomes[1]?.reason).toContain("nothing to tell noise by: it is a total");
    expect((await project.run("gate", second, "--gate", "predict/loss mode=threshold max=0.5")).code).toBe(1);

    // A model card says no more of a loss than its value.
    const card = (await project.run("report", second, "--format", "model-index", "--output", "-")).stdout;
    expect(card).toMatch(/- type: "loss"\n +name: "predict\/loss"\n +value: 0\.585\d+\n +args: \{"signature":/u);

    const updated = await project.run("baseline", "update", second);
    expect(updated.stdout).toMatch(/predictions\/rouge1 \+3\.9 \[.*\(14 better, 8 worse\)/u);
    expect(updated.stdout).toContain("eval/loss −0.180, and nothing to tell noise by: it is a total");
    await commit(project, "longer training");
    const history = (await project.run("history")).stdout;
    expect(history).toMatch(
      /predictions\/rouge1\n.* 73\.7 \[66\.4, 81\.1\] {2}first model\n.* 77\.7 \[.*longer training/u,
    );
    expect(history).toMatch(/eval\/loss \(lower is better\)\n.* 0\.700 {2}first model\n.* 0\.519 {2}longer training/u);
  });

  it("judges the answers again and leaves the totals as they are", async () => {
    await using project = await makeProject();
    const run = await importBoxes(project, "summaries");
    await project.write("suite.yaml", SUITE);
    const { code, stdout, stderr } = await project.run("score", run, "--suite", "suite.yaml");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("judged 36 answers again");
    const { stdout: table } = await project.run("compare", run);
    expect(table).toContain("predictions/chrf");
    expect(table).not.toContain("predictions/rouge1");
    expect(table).toContain("eval/rouge1");
  });

  it("says once what is wrong, where, and what to do", async () => {
    await using project = await makeProject();
    await project.write("short.jsonl", '{"summary": "one red two blue"}\n');
    const folder = join(fixtures, "summaries");
    const mismatch = await project.run("import", folder, "--references", "short.jsonl");
    expect(mismatch.code).toBe(2);
    expect(mismatch.stderr).toMatch(
      /error: 36 predictions, but short\.jsonl has 1 row\n +at: .*generated_predictions\.txt:2\n hint: /u,
    );
    const alone = await project.run("import", folder, "--judge", "bleu");
    expect(alone).toMatchObject({ code: 2, stderr: expect.stringContaining("need --references") as string });
    const typo = await project.run("import", folder, "--references", "short.jsonl", "--reference-column", "sumary");
    expect(typo.stderr).toContain('did you mean "summary"?');
  });
});

const SUITE = `suite: boxes
version: 1
tasks:
  - task: predictions
    dataset: { path: data.jsonl, id: id }
    prompt: "{{ text }}"
    references: "{{ answer }}"
    judges: [chrf]
models:
  - { model: tiny, backend: onnx, checkpoints: checkpoints/ }
`;
