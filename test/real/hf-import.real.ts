import { execFileSync } from "node:child_process";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { makeProject } from "../cli/project.ts";
import { pythonOf } from "./environment.ts";

const python = pythonOf("ml");
const script = join(import.meta.dirname, "training/hf_results.py");

describe.skipIf(python === null)("what the Hugging Face Trainer writes today", { timeout: 300_000 }, () => {
  it.each([
    ["summaries", "rouge1", "rouge1"],
    ["labels", "exact_match", "accuracy"],
    ["spans", "exact_match", "exact_match"],
  ] as const)("is imported: %s", async (name, judge, measured) => {
    await using project = await makeProject();
    const environment = { ...process.env, HF_HUB_OFFLINE: "1", OMP_NUM_THREADS: "1" };
    execFileSync(python ?? "", [script, project.folder, name], { env: environment, stdio: "ignore" });
    const { code, stderr } = await project.run("import", name, "--references", `${name}/test.jsonl`);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const { stdout } = await project.run("compare", "--json");
    const { checkpoints } = JSON.parse(stdout) as {
      checkpoints: readonly {
        readonly id: string;
        readonly scores: Readonly<Record<string, { value: number | null }>>;
      }[];
    };
    const { id, scores = {} } = checkpoints.at(-1) ?? {};
    expect(id).toMatch(/\/checkpoint-(?:60|80)$/u);
    const total = scores[`predict/${measured}`]?.value ?? Number.NaN;
    expect(scores[`predictions/${judge}`]?.value).toBeCloseTo(total, 3);
    expect(checkpoints[0]?.scores["eval/loss"]?.value).toBeGreaterThan(scores["eval/loss"]?.value ?? Infinity);
    expect(total).toBeGreaterThan(0);
  });
});
