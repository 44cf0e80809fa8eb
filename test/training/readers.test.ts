import { readFileSync } from "node:fs";
import { join } from "node:path";

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { EvalhError } from "../../src/core/errors.ts";
import type { TrainingLog } from "../../src/core/series.ts";
import { readTrainingLog } from "../../src/training/index.ts";
import { numberOf, parseLooseJson } from "../../src/training/loose-json.ts";
import { parsePythonDict } from "../../src/training/python-dict.ts";
import { RUNS } from "./fixtures.ts";
import { temporaryFolder } from "./temporary-folder.ts";

async function read(name: string, content: string | Uint8Array): Promise<TrainingLog> {
  using folder = temporaryFolder();
  return await readTrainingLog(folder.write(name, content));
}

describe("loose JSON", () => {
  it("reads the bare NaN and infinities that Python writes, but leaves those in strings alone", () => {
    expect(parseLooseJson('{"a": NaN, "b": -Infinity, "c": "NaN, Infinity", "d": "say \\"NaN\\""}')).toEqual({
      a: "NaN",
      b: "-Infinity",
      c: "NaN, Infinity",
      d: 'say "NaN"',
    });
    expect(() => parseLooseJson('{"a": NaN,}')).toThrow(SyntaxError);
  });

  it("equals JSON.parse for all JSON", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(parseLooseJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it("takes numbers in every spelling of trainers for numbers, and no other text", () => {
    expect(["1", " 2.5 ", "3e-4", ".5", "-1.", "nan", "-inf", "Infinity"].map(numberOf)).toEqual([
      1,
      2.5,
      3e-4,
      0.5,
      -1,
      Number.NaN,
      -Infinity,
      Infinity,
    ]);
    expect(["", "NA", "0x10", "1_000", "1e", "12 %", "cuda:0", null, true].map(numberOf)).toEqual(
      new Array(9).fill(undefined),
    );
  });
});

describe("Python dictionaries", () => {
  it("are read as printed, with either quotes and bare values", () => {
    expect(parsePythonDict(`x {'loss': '3.376', "grad_norm": nan, 'step': 20, 'note': 'it\\'s, fine'}`)).toEqual({
      loss: "3.376",
      grad_norm: "nan",
      step: "20",
      note: "it\\'s, fine",
    });
    expect(parsePythonDict("{'a': {'b': 1}}")).toBeNull();
    expect(parsePythonDict("{'a': 1")).toBeNull();
  });
});

describe("JSONL", () => {
  it("is read with Python's NaN, printed dictionaries, other programs' lines and a torn tail", async () => {
    const log = await read(
      "log.jsonl",
      `{"step": 1, "train_loss": 3}\n{'step': 2, 'train_loss': '2.5', 'lr': 1e-3}\nsaved!\n{"step": 3, "train_loss": NaN, "val_loss": 2}\n{"step": 4, "train_lo`,
    );
    expect(log.points).toEqual([
      { step: 1, trainLoss: 3 },
      { step: 2, trainLoss: 2.5, learningRate: 1e-3 },
      { step: 3, trainLoss: Number.NaN, evalLoss: 2 },
    ]);
    expect(log.warnings).toEqual([
      "the last line (5) is cut off and was left out",
      "1 lines are neither JSON nor a Python dictionary, the first is line 3",
    ]);
  });

  it("may name its step as other trainers do, or only an epoch", async () => {
    expect((await read("a.jsonl", '{"current_steps": 5, "loss": 1, "lr": 0.1}\n')).points).toEqual([
      { step: 5, trainLoss: 1, learningRate: 0.1 },
    ]);
    const epochs = await read("a.jsonl", '{"epoch": 1, "val_loss": 2}\n{"epoch": 2, "val_loss": 1}\n');
    expect(epochs.points.map(({ step, evalLoss }) => [step, evalLoss])).toEqual([
      [1, 2],
      [2, 1],
    ]);
    expect(epochs.warnings).toEqual(["rows without a step are shown at their epoch"]);
  });

  it("takes the first of several evaluation sets and says so", async () => {
    const log = await read("a.jsonl", '{"step": 5, "eval_b_loss": 2, "eval_a_loss": 1}\n');
    expect(log.points).toEqual([{ step: 5, evalLoss: 1, extra: { eval_b_loss: 2 } }]);
    expect(log.warnings).toEqual(['of 2 evaluation losses, "eval_a_loss" is taken']);
  });

  it("does not hold a line without an end", async () => {
    const log = await read(
      "a.jsonl",
      `{"step": 1, "loss": 1}\n{"x": "${"y".repeat(3_000_000)}"}\n{"step": 2, "loss": 2}\n`,
    );
    expect(log.points).toHaveLength(2);
    expect(log.warnings).toEqual(["1 lines longer than 1 MiB were left out"]);
  });
});

describe("tables", () => {
  it("may be separated by semicolons or tabs, quoted, with a byte order mark and Windows line ends", async () => {
    const expected = [
      { step: 10, trainLoss: 2, evalLoss: 3 },
      { step: 20, trainLoss: 1.5 },
    ];
    for (const text of [
      "\uFEFFstep,train_loss,val_loss\r\n10,2,3\r\n20,1.5,\r\n",
      "step\ttrain_loss\tval_loss\n10\t2\t3\n20\t1.5\tNA\n",
      'step;"train_loss";val_loss\n10;"2";3\n20;1.5;""\n',
    ]) {
      const log = await read("log.csv", text);
      expect(log.points).toEqual(expected);
      expect(log.format).toBe("csv");
    }
  });

  it("tell which rows do not fit, and doubt a last value without a line end", async () => {
    const log = await read("log.csv", "step,loss\n1,2\n2,3,4\n3,5");
    expect(log.points).toEqual([
      { step: 1, trainLoss: 2 },
      { step: 3, trainLoss: 5 },
    ]);
    expect(log.warnings.join("\n")).toMatch(/last line \(4\)[^]*1 rows .* first is line 3/);
  });
});

describe("printed output", () => {
  it("of the Hugging Face Trainer takes its steps from the progress bar", async () => {
    const text =
      " 10%|█         | 10/100 [00:01<00:10]\r{'loss': '3.1', 'learning_rate': '0.001', 'epoch': '0.5'}\n 20%|██        | 20/100 [00:02<00:08]\n{'eval_loss': '2.9', 'epoch': '1.0'}\n{'train_runtime': '9', 'train_loss': '2.5'}\n";
    const log = await read("train.log", text);
    expect(log.format).toBe("text");
    expect(log.points).toEqual([
      { step: 10, trainLoss: 3.1, learningRate: 0.001, epoch: 0.5 },
      { step: 20, evalLoss: 2.9, epoch: 1 },
    ]);
  });

  it("of DeepSpeed, Megatron, Keras and of scripts is understood", async () => {
    const cases: readonly (readonly [string, readonly object[]])[] = [
      [
        "[2026-01-02 10:00:00,1] [INFO] [logging.py:107:log_dist] [Rank 0] step=10, skipped=0, lr=[0.001], mom=[[0.9, 0.999]]\nsteps: 10 loss: 2.3100 iter time (s): 0.1 samples/sec: 80\n",
        [{ step: 10, learningRate: 0.001, trainLoss: 2.31 }],
      ],
      [
        " iteration       10/     100 | consumed samples: 80 | elapsed time per iteration (ms): 12.3 | learning rate: 1.500E-04 | global batch size: 8 | lm loss: 9.10E+00 | grad norm: 1.25 |\n validation loss at iteration 10 on validation set | lm loss value: 6.1E+00 | lm loss PPL: 4.4E+02 |\n",
        [{ step: 10, learningRate: 1.5e-4, trainLoss: 9.1, gradNorm: 1.25, evalLoss: 6.1 }],
      ],
      [
        "Epoch 1/2\n4/4 - 0s - 5ms/step - accuracy: 0.5 - loss: 1.4 - val_accuracy: 0.6 - val_loss: 1.5\nEpoch 2/2\n4/4 - 0s - 5ms/step - accuracy: 0.7 - loss: 1.2 - val_accuracy: 0.6 - val_loss: 1.3\n",
        [
          { step: 1, epoch: 1, trainLoss: 1.4, evalLoss: 1.5, extra: { accuracy: 0.5, val_accuracy: 0.6 } },
          { step: 2, epoch: 2, trainLoss: 1.2, evalLoss: 1.3, extra: { accuracy: 0.7, val_accuracy: 0.6 } },
        ],
      ],
      [
        "step 250: train loss 1.9, val loss nan\nsaving checkpoint at step 250\n",
        [{ step: 250, trainLoss: 1.9, evalLoss: Number.NaN }],
      ],
      [
        "Step 3 | loss:2.25 lr:0.001 tokens_per_second_per_gpu:900\n",
        [{ step: 3, trainLoss: 2.25, learningRate: 0.001 }],
      ],
    ];
    for (const [text, points] of cases) expect((await read("out.txt", text)).points).toEqual(points);
  });
});

describe("W&B files", () => {
  const sound = readFileSync(
    join(RUNS, "hf/overfit_instant/wandb/offline-run-20261124_000247-unnde0m5/run-unnde0m5.wandb"),
  );

  it("keep the blocks before and after a damaged one", async () => {
    const damaged = Buffer.from(sound);
    damaged.fill(0xff, 12_000, 12_100);
    const whole = await read("run.wandb", sound);
    const log = await read("run.wandb", damaged);
    expect(log.warnings.join("\n")).toMatch(/damaged records/);
    expect(log.points.length).toBeLessThan(whole.points.length);
    expect(log.points.at(-1)).toEqual(whole.points.at(-1));
  });

  it("never fail on bytes that are changed or cut anywhere", async () => {
    using folder = temporaryFolder();
    await fc.assert(
      fc.asyncProperty(
        fc.nat(sound.length - 1),
        fc.nat(255),
        fc.integer({ min: 8, max: sound.length }),
        async (at, byte, length) => {
          const bytes = Buffer.from(sound.subarray(0, length));
          if (at >= 8 && at < length) bytes[at] = byte;
          const log = await readTrainingLog(folder.write("run.wandb", bytes));
          expect(log.points.length).toBeLessThanOrEqual(42);
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe("a path without a log", () => {
  it("is refused with the reason and what would do", async () => {
    using folder = temporaryFolder();
    await expect(readTrainingLog(join(folder.path, "none"))).rejects.toThrow(EvalhError);
    await expect(readTrainingLog(folder.path)).rejects.toThrow("there is no training log in");
    await expect(readTrainingLog(folder.write("weights.bin", new Uint8Array(100)))).rejects.toMatchObject({
      code: "E_TRAINING_LOG",
      hint: expect.stringContaining("trainer_state.json") as string,
    });
    await expect(readTrainingLog(folder.write("trainer_state.json", '{"log_history": [}'))).rejects.toMatchObject({
      code: "E_TRAINING_LOG",
      place: { file: join(folder.path, "trainer_state.json") },
    });
    await expect(readTrainingLog(folder.write("trainer_state.json", "[]"))).rejects.toThrow(
      'has no list "log_history"',
    );
  });

  it("is refused when its steps go back without end", async () => {
    const text = Array.from({ length: 30_000 }, (_, i) => `{"step": ${i % 2}, "loss": 1}\n`).join("");
    await expect(read("log.jsonl", text)).rejects.toThrow("go back more than 10000 times");
  });
});
