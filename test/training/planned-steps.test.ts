import { expect, it } from "vitest";

import { discoverCheckpoints } from "../../src/training/index.ts";
import { plannedSteps } from "../../src/training/planned-steps.ts";
import { layOut, safetensors } from "./checkpoint-files.ts";
import { temporaryFolder } from "./temporary-folder.ts";

it("how far a training means to go stands in its newest complete checkpoint, if it is the Trainer's", async () => {
  using folder = temporaryFolder();
  layOut(folder, "hf/overfit", /^checkpoint-(?:10|20)\//);
  for (const step of [10, 20]) {
    folder.write(`checkpoint-${step}/model.safetensors`, safetensors("hf/healthy", "checkpoint-300"));
    const state = { global_step: step, max_steps: 300, log_history: [{ step, grad_norm: "NaN" }] };
    // Python writes NaN as no JSON has it.
    folder.write(`checkpoint-${step}/trainer_state.json`, JSON.stringify(state).replace('"NaN"', "NaN"));
  }
  expect(await plannedSteps(await discoverCheckpoints(folder.path))).toEqual({ step: 20, maxSteps: 300 });
  folder.write("checkpoint-20/trainer_state.json", '{"global_step": 20, "max_st');
  expect(await plannedSteps(await discoverCheckpoints(folder.path))).toEqual({ step: 10, maxSteps: 300 });
  folder.write("checkpoint-10/trainer_state.json", '{"global_step": 10}');
  expect(await plannedSteps(await discoverCheckpoints(folder.path))).toBeNull();
});
