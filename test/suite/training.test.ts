import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { loadSuite } from "../../src/suite/load.ts";
import type { SuiteTraining } from "../../src/suite/training.ts";
import { scratch } from "../dataset/scratch.ts";
import { files, problemOf, problemsOf, valid } from "./small-suite.ts";

const HF = `training:
  trainer: hf-trainer
  output: out
  base_model: org/base
  data: { train: data.jsonl, prompt: "{{ q }}", target: "{{ a }}" }
`;

async function load(training: string): Promise<{ training: SuiteTraining; folder: string }> {
  const folder = scratch(files);
  writeFileSync(join(folder, "suite.yaml"), valid + training);
  const suite = await loadSuite(join(folder, "suite.yaml"));
  if (suite.training === null) throw new Error("no training");
  return { training: suite.training, folder };
}

describe("a suite's training", () => {
  it("is a log, or names what the model learned from as well", async () => {
    const { training, folder } = await load("training: { log: log, data: data.jsonl }\n");
    expect(training).toEqual({
      log: join(folder, "log"),
      data: { train: { path: join(folder, "data.jsonl") }, targetDelimiter: " " },
    });
  });

  it("with a trainer has every default filled in, and an output that need not be there yet", async () => {
    const { training, folder } = await load(HF);
    expect(training.log).toBe(join(folder, "out", "evalh", "log.jsonl"));
    expect(training.data).toMatchObject({ prompt: { text: "{{ q }}" }, target: { text: "{{ a }}" } });
    expect(training.trainer).toEqual({
      kind: "hf-trainer",
      output: join(folder, "out"),
      env: {},
      baseModel: "org/base",
      launcher: { name: "python", processes: 1 },
      arguments: {},
      lora: null,
      quantization: null,
      earlyStopping: null,
      maxLength: 512,
      lossOn: "target",
      saveInitial: true,
    });
  });

  it("takes its checkpoints from an output that need not be there yet", async () => {
    const suite = valid.replace("checkpoints: ckpt", "checkpoints: out") + HF;
    expect(await problemsOf(suite)).toEqual([]);
    expect(await problemsOf(suite.replace("checkpoints: out", "checkpoints: elsewhere"))).toHaveLength(1);
  });

  it("can be any program", async () => {
    const { training, folder } = await load(
      `training: { trainer: command, output: out, command: [python, t.py, "{output}"], stop_file: out/stop, cwd: log }\n`,
    );
    expect(training.trainer).toEqual({
      kind: "command",
      output: join(folder, "out"),
      env: {},
      command: ["python", "t.py", "{output}"],
      resume: null,
      cwd: join(folder, "log"),
      stopFile: join(folder, "out", "stop"),
      stopSignal: "SIGINT",
    });
  });

  it.each([
    ["training: {}", `/training missing key "log"`],
    ["training: { log: log, lora: {} }", `/training key "lora" does not`],
    [HF.replace("  base_model: org/base\n", ""), `/training missing key "base_model"`],
    [`${HF}  command: [x]`, `/training key "command" does not`],
    [`${HF}  launcher: torchrn`, `did you mean "torchrun"?`],
    [`${HF}  arguments: { push_to_hub: true }`, `push_to_hub`],
    [`${HF}  arguments: { output_dir: x }`, `output_dir`],
    [HF.replace("{{ q }}", "{{ q"), `/training/data/prompt`],
    [HF.replace("data.jsonl", "no.jsonl"), `/training/data/train`],
    [HF.replace("output: out", "output: ../out"), `/training/output leads out of the suite's folder`],
  ])("is refused where it is wrong: %s", async (training, message) => {
    expect(await problemOf(`${valid}${training}\n`)).toContain(message);
  });
});
