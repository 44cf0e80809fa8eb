import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { readTrainingLog } from "../../src/training/index.ts";
import { scalarEvent } from "./event-file.ts";
import { RUNS } from "./fixtures.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const state = (step: number): string =>
  JSON.stringify({
    global_step: step,
    log_history: Array.from({ length: step / 10 }, (_, i) => ({ step: 10 * (i + 1), loss: 3 - i })),
  });

describe("a folder", () => {
  it("of the Hugging Face Trainer shows the history that got furthest, wherever it lies", async () => {
    using folder = temporaryFolder();
    folder.write("trainer_state.json", state(20));
    folder.write("checkpoint-90/trainer_state.json", state(90));
    folder.write("checkpoint-100/trainer_state.json", state(100));
    expect((await readTrainingLog(folder.path)).points.at(-1)?.step).toBe(100);
    folder.write("trainer_state.json", state(110));
    expect((await readTrainingLog(folder.path)).points.at(-1)?.step).toBe(110);
  });

  it("whose newest history is still being written shows the one before", async () => {
    using folder = temporaryFolder();
    folder.write("trainer_state.json", state(20));
    folder.write("checkpoint-100/trainer_state.json", state(100).slice(0, 200));
    expect((await readTrainingLog(folder.path)).points.at(-1)?.step).toBe(20);
  });

  it("prefers the trainer's own state to event files, and a table to text", async () => {
    using folder = temporaryFolder();
    folder.write("runs/a/events.out.tfevents.5.host", scalarEvent(1, "train/loss", 1));
    expect((await readTrainingLog(folder.path)).format).toBe("tensorboard");
    folder.write("out.log", "step 1: loss 2\n");
    folder.write("my.csv", "step,train_loss\n1,2\n");
    expect((await readTrainingLog(folder.path)).format).toBe("csv");
    folder.write("checkpoint-10/trainer_state.json", state(10));
    expect((await readTrainingLog(folder.path)).format).toBe("hf-trainer");
  });

  it("joins the event files of a resumed run in the order of their times", async () => {
    using folder = temporaryFolder();
    const losses = (steps: readonly number[], value: number): Buffer =>
      Buffer.concat(steps.map((step) => scalarEvent(step, "train/loss", value)));
    folder.write("runs/b/events.out.tfevents.100.host", losses([5, 10, 15, 20], 1));
    folder.write("runs/a/events.out.tfevents.200.host", losses([15, 20, 25], 2));
    const { points, warnings } = await readTrainingLog(folder.path);
    expect(points.map(({ step, trainLoss }) => [step, trainLoss])).toEqual([
      [5, 1],
      [10, 1],
      [15, 2],
      [20, 2],
      [25, 2],
    ]);
    expect(warnings.join("\n")).toContain("the steps go back from 20 to 15");
  });

  it("shows the last of several runs that each began at the start", async () => {
    using folder = temporaryFolder();
    folder.write("lightning_logs/version_9/metrics.csv", "epoch,step,train_loss\n0,9,5\n0,19,4\n0,29,3\n");
    folder.write("lightning_logs/version_10/metrics.csv", "epoch,step,train_loss\n0,4,7\n0,9,6\n");
    const { points, warnings } = await readTrainingLog(folder.path);
    expect(points.map(({ step, trainLoss }) => [step, trainLoss])).toEqual([
      [5, 7],
      [10, 6],
    ]);
    expect(warnings).toContain("the folder holds several runs: the last is shown");
  });

  it("of a resumed Lightning run continues in the next version", async () => {
    using folder = temporaryFolder();
    folder.write("version_0/metrics.csv", "epoch,step,train_loss\n0,9,5\n0,19,4\n0,29,3\n");
    folder.write("version_1/metrics.csv", "epoch,step,train_loss\n0,39,2\n0,49,1\n");
    expect((await readTrainingLog(folder.path)).points.map(({ step }) => step)).toEqual([10, 20, 30, 40, 50]);
  });

  it("does not look below four levels", async () => {
    using folder = temporaryFolder();
    mkdirSync(join(folder.path, "1/2/3/4/5"), { recursive: true });
    copyFileSync(join(RUNS, "hf/overfit/trainer_state.json"), join(folder.path, "1/2/3/4/5/trainer_state.json"));
    await expect(readTrainingLog(folder.path)).rejects.toThrow("there is no training log");
  });
});
