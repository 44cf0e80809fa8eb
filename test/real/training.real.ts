import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";

import { finished, runEvalh, startEvalh, type Finished } from "../cli/project.ts";
import { pythonOf } from "./environment.ts";

const python = pythonOf("ml");
const scripts = join(import.meta.dirname, "training");

const TASK = `suite: parity
version: 1
tasks:
  - task: held
    kind: loglikelihood
    dataset: { path: held.jsonl, id: id }
    prompt: "{{ text }}"
    references: "{{ label }}"
    judges: [perplexity]
models:
  - { model: tiny, backend: transformers, checkpoints: out/ }
`;

/** 20,000 steps take many minutes: only a stop ends this within the test's time. */
const hfTraining = (launcher: string): string => `training:
  trainer: hf-trainer
  output: out
  base_model: base
  launcher: ${launcher}
  data: { train: train.jsonl, validation: held.jsonl, prompt: "{{ text }}", target: "{{ label }}" }
  arguments:
    max_steps: 20000
    per_device_train_batch_size: 16
    learning_rate: 0.01
    lr_scheduler_type: constant
    eval_strategy: steps
    eval_steps: 6
    save_strategy: steps
    save_steps: 30
    logging_steps: 3
`;

interface Document {
  readonly verdict: { readonly kind: string };
  readonly ship: string;
  readonly checkpoints: readonly { readonly id: string; readonly step: number }[];
  readonly since: { readonly lo: number; readonly hi: number };
}

let folder = "";

const LOOK = ["--no-report", "--interval", "0.3", "--max-checkpoints", "3"] as const;

function environment(): Readonly<Record<string, string>> {
  return { EVALH_PYTHON: python ?? "", HF_HUB_OFFLINE: "1", OMP_NUM_THREADS: "1", TOKENIZERS_PARALLELISM: "false" };
}

function train(...flags: readonly string[]): Promise<Finished> {
  return runEvalh(folder, ["train", "suite.yaml", "--json", "--order", "best", ...LOOK, ...flags], environment());
}

/** What must be true of every such training. */
function expectStopped({ code, stdout, stderr }: Finished): void {
  expect(code, stderr).toBe(0);
  expect(stderr).toMatch(/stopping the training: overfit since step \d+/u);
  const found = JSON.parse(stdout) as Document;
  expect(found.verdict.kind).toBe("overfit");
  // Step 0 was evaluated, and is not what ships.
  expect(found.checkpoints[0]?.id).toBe("tiny/checkpoint-0");
  const name = found.ship.replace("tiny/", "");
  expect(readdirSync(join(folder, "out/evalh/ship"))).toEqual([name]);
  expect(readdirSync(join(folder, "out/evalh/ship", name))).toEqual(
    expect.arrayContaining(["config.json", "model.safetensors", "tokenizer.json"]),
  );
  // The right one: trained, and from before the loss rose beyond doubt.
  const step = Number(name.replace("checkpoint-", ""));
  expect(step).toBeGreaterThan(0);
  expect(step).toBeLessThanOrEqual(found.since.hi);
  const last = Math.max(
    ...readdirSync(join(folder, "out"))
      .flatMap((each) => /^checkpoint-(\d+)$/u.exec(each)?.[1] ?? [])
      .map(Number),
  );
  expect(last).toBeLessThan(15_000);
}

describe.skipIf(python === null)("a real fine-tune", () => {
  let template = "";

  beforeAll(() => {
    template = mkdtempSync(join(tmpdir(), "evalh-base-"));
    execFileSync(python ?? "", [join(scripts, "make_base.py"), template], { stdio: "pipe" });
  });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "evalh-train-"));
    execFileSync("cp", ["-r", `${template}/.`, folder]);
    return () => rmSync(folder, { recursive: true, force: true });
  });

  afterAll(() => rmSync(template, { recursive: true, force: true }));

  it("by the Hugging Face Trainer is watched, found to overfit, stopped, and its best checkpoint kept", async () => {
    writeFileSync(join(folder, "suite.yaml"), TASK + hfTraining("python"));
    expectStopped(await train());
    const result = JSON.parse(readFileSync(join(folder, "out/evalh/result.json"), "utf8")) as Record<string, unknown>;
    // It was our callback that stopped it, with the reason that evalh gave.
    expect(result).toMatchObject({
      max_steps: 20_000,
      stopped: expect.stringContaining("overfit since step") as string,
    });
  });

  it("the same through torchrun with two processes", async () => {
    writeFileSync(join(folder, "suite.yaml"), TASK + hfTraining("{ name: torchrun, processes: 2 }"));
    expectStopped(await train());
    const ranks = readdirSync(join(folder, "out/checkpoint-30")).filter((name) => name.startsWith("rng_state_"));
    expect(ranks).toEqual(["rng_state_0.pth", "rng_state_1.pth"]);
  });

  it("by accelerate with LoRA, bf16, checkpointed gradients and early stopping is interrupted, and goes on", async () => {
    const suite = (steps: number): string =>
      TASK +
      hfTraining("accelerate")
        .replace("max_steps: 20000", `max_steps: ${steps}\n    bf16: true\n    gradient_checkpointing: true`)
        .replace("save_steps: 30", "save_steps: 12") +
      "  lora: { r: 4, target_modules: [c_attn], fan_in_fan_out: true }\n  early_stopping: { patience: 1000 }\n";
    writeFileSync(join(folder, "suite.yaml"), suite(20_000));
    const started = startEvalh(folder, ["train", "suite.yaml", ...LOOK, "--stop-on", "none"], environment());
    const ended = finished(started);
    await vi.waitUntil(() => existsSync(join(folder, "out/checkpoint-24/trainer_state.json")), { timeout: 240_000 });
    started.kill("SIGINT");
    const { code, stderr } = await ended;
    expect(code, stderr).toBe(130);
    // The Trainer itself saved where it was, adapter only, and said why.
    const result = JSON.parse(readFileSync(join(folder, "out/evalh/result.json"), "utf8")) as { step: number };
    expect(result).toMatchObject({ stopped: "interrupted" });
    const files = readdirSync(join(folder, `out/checkpoint-${result.step}`));
    expect(files).toEqual(expect.arrayContaining(["adapter_model.safetensors", "optimizer.pt"]));
    expect(files).not.toContain("model.safetensors");
    const [, resume = ""] = /^resume: evalh (.+)$/mu.exec(stderr) ?? [];
    writeFileSync(join(folder, "suite.yaml"), suite(result.step + 12));
    const again = await runEvalh(folder, [...resume.split(" "), ...LOOK, "--json", "--order", "newest"], environment());
    expect(again.code, again.stderr).toBe(0);
    expect(again.stderr).toContain(`going on from checkpoint-${result.step}`);
    const found = JSON.parse(again.stdout) as Document;
    expect(found.checkpoints.map(({ step }) => step)).toContain(result.step + 12);
    expect(readdirSync(join(folder, ".evalh/runs"))).toHaveLength(1);
  });

  it("the same by Lightning, which a signal stops", async () => {
    const argv = [python, join(scripts, "lightning_fit.py"), "{output}", "base", "train.jsonl", "held.jsonl"];
    const training = `training:\n  trainer: command\n  output: out\n  command: ${JSON.stringify(argv)}\n`;
    writeFileSync(join(folder, "suite.yaml"), TASK + training);
    expectStopped(await train("--allow-code"));
  });
});
