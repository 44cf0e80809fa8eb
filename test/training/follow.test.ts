import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import type { TrainingPoint } from "../../src/core/series.ts";
import { followTrainingLog } from "../../src/training/index.ts";
import { scalarEvent } from "./event-file.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** Follows a path, calls `react` after each point, and ends when it returns true. */
async function collect(path: string, react: (points: readonly TrainingPoint[]) => boolean): Promise<TrainingPoint[]> {
  const end = new AbortController();
  const points: TrainingPoint[] = [];
  for await (const point of followTrainingLog(path, { signal: end.signal, interval: 5 })) {
    points.push(point);
    if (react(points)) end.abort();
  }
  return points;
}

describe("following a log", () => {
  it("delivers what is appended, a line only once it is whole, and waits for the log to appear", async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, "log.jsonl");
    setTimeout(() => writeFileSync(file, '{"step": 1, "loss": 3}\n{"step": 2, "lo'), 20);
    const points = await collect(file, (seen) => {
      if (seen.length === 1) appendFileSync(file, 'ss": 2}\n');
      if (seen.length === 2) appendFileSync(file, '{"step": 2, "eval_loss": 1.5}\n{"step": 1, "loss": 9}\n');
      return seen.length >= 4;
    });
    expect(points).toEqual([
      { step: 1, trainLoss: 3 },
      { step: 2, trainLoss: 2 },
      { step: 1, trainLoss: 9 },
      { step: 2, evalLoss: 1.5 },
    ]);
  });

  it("finds the event file that a resumed run opens in a new folder", async () => {
    using folder = temporaryFolder();
    folder.write(
      "runs/a/events.out.tfevents.1.h",
      Buffer.concat([scalarEvent(5, "train/loss", 3), scalarEvent(10, "train/loss", 2)]),
    );
    const points = await collect(folder.path, (seen) => {
      if (seen.length === 2) folder.write("runs/b/events.out.tfevents.2.h", scalarEvent(8, "train/loss", 1));
      return seen.length >= 3;
    });
    expect(points.map(({ step }) => step)).toEqual([5, 10, 8]);
  });

  it("leaves what a trainer prints at first for the real log, once that appears", async () => {
    using folder = temporaryFolder();
    folder.write("evalh/console.log", "loading the model\n");
    setTimeout(() => folder.write("log.jsonl", '{"step": 1, "loss": 3}\n'), 100);
    const points = await collect(folder.path, (seen) => seen.length >= 1);
    expect(points).toEqual([{ step: 1, trainLoss: 3 }]);
  });

  it("delivers of each new checkpoint's history only what is new, and ignores half a file", async () => {
    using folder = temporaryFolder();
    const save = (step: number, cut = 0): void => {
      mkdirSync(join(folder.path, `checkpoint-${step}`), { recursive: true });
      const history = Array.from({ length: step / 10 }, (_, i) => ({ step: 10 * (i + 1), loss: 10 - i }));
      const text = JSON.stringify({ global_step: step, log_history: history });
      writeFileSync(join(folder.path, `checkpoint-${step}/trainer_state.json`), text.slice(0, text.length - cut));
    };
    save(20);
    const points = await collect(folder.path, (seen) => {
      if (seen.length === 2) {
        save(30, 5);
        setTimeout(() => save(30), 30);
      }
      return seen.length >= 3;
    });
    expect(points.map(({ step, trainLoss }) => [step, trainLoss])).toEqual([
      [10, 10],
      [20, 9],
      [30, 8],
    ]);
  });

  it("begins again when a table was written anew with one more column, as Lightning does", async () => {
    using folder = temporaryFolder();
    const file = folder.write("metrics.csv", "epoch,step,train_loss\n0,2,3\n0,5,2\n");
    const points = await collect(file, (seen) => {
      if (seen.length === 2) writeFileSync(file, "epoch,step,train_loss,val_loss\n0,2,3,\n0,5,2,\n0,5,,1.5\n");
      return seen.some(({ evalLoss }) => evalLoss !== undefined);
    });
    expect(points.at(-1)).toMatchObject({ evalLoss: 1.5 });
    // From the start again: what came before is told once more, with the column that was missing.
    expect(points.slice(2).map(({ step }) => step)).toEqual(points.slice(0, 2).map(({ step }) => step));
  });

  it("begins again when a file was written anew and is shorter", async () => {
    using folder = temporaryFolder();
    const file = folder.write("log.csv", "step,loss\n1,1\n2,2\n3,3\n");
    const points = await collect(file, (seen) => {
      if (seen.length === 3) writeFileSync(file, "step,loss\n1,7\n");
      return seen.length >= 4;
    });
    expect(points.at(-1)).toEqual({ step: 1, trainLoss: 7 });
  });

  it("ends at once when told to, also before anything was found", async () => {
    using folder = temporaryFolder();
    const signal = AbortSignal.timeout(20);
    // The next look would come after the test's own time limit.
    for await (const point of followTrainingLog(folder.path, { signal, interval: 100_000 }))
      expect(point).toBeUndefined();
  });
});
