import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import type { Generalisation } from "../../src/core/verdict.ts";
import { diagnose } from "../../src/stats/generalisation.ts";
import { readTrainingLog } from "../../src/training/index.ts";
import { RUNS, asPlainLog, inSinglePrecision, plainLog, runsOf, type PlainLog } from "./fixtures.ts";

/** Two processes logged the same training, each with its own timings. */
function withoutTimings(log: PlainLog): PlainLog {
  const isTiming = (name: string): boolean => /runtime|per_second/.test(name);
  return new Map(
    [...log].map(([step, row]) => [step, Object.fromEntries(Object.entries(row).filter(([name]) => !isTiming(name)))]),
  );
}

const hfRuns = [...runsOf("hf"), ...runsOf("hf_dist")];

describe("logs of recorded runs", () => {
  it.each(hfRuns)("trainer_state.json of %s says what the trainer logged", async (run) => {
    const log = await readTrainingLog(join(RUNS, run, "trainer_state.json"));
    expect(log.format).toBe("hf-trainer");
    const same = run === "hf_dist/ddp" ? withoutTimings : (all: PlainLog) => all;
    expect(same(asPlainLog(log.points))).toEqual(same(plainLog(run)));
  });

  it.each(hfRuns)("the event files of %s say the same in single precision", async (run) => {
    const log = await readTrainingLog(join(RUNS, run, "runs"));
    expect(log.format).toBe("tensorboard");
    const same = run === "hf_dist/ddp" ? withoutTimings : (all: PlainLog) => all;
    expect(same(asPlainLog(log.points))).toEqual(same(inSinglePrecision(plainLog(run))));
  });

  it.each([...hfRuns, "fsdp_dcp/overfit", "deepspeed/zero2"])("the JSONL of %s is read to itself", async (run) => {
    const log = await readTrainingLog(join(RUNS, run, "train_log.jsonl"));
    expect(log.format).toBe("jsonl");
    const plain = new Map(
      [...plainLog(run)].map(([step, row]) => [
        step,
        Object.fromEntries(
          Object.entries(row).map(([name, value]) => [name === "val_loss" ? "eval_loss" : name, value]),
        ),
      ]),
    );
    expect(asPlainLog(log.points)).toEqual(plain);
  });

  it("the W&B file that a kill cut off holds the whole run", async () => {
    const log = await readTrainingLog(join(RUNS, "hf/overfit_instant/wandb"));
    expect(log.format).toBe("wandb");
    expect(asPlainLog(log.points)).toEqual(plainLog("hf/overfit_instant"));
  });

  it("the W&B file with two trainings in it shows the second, and says that the steps go back", async () => {
    const log = await readTrainingLog(join(RUNS, "hf/overfit/wandb"));
    expect(asPlainLog(log.points)).toEqual(plainLog("hf/diverged"));
    expect(log.warnings.join("\n")).toMatch(/the steps go back from 29\d to 1\b/);
  });

  it.each(runsOf("lightning"))(
    "CSV and event file of %s agree, with steps as its checkpoints count them",
    async (run) => {
      const csv = await readTrainingLog(join(RUNS, run, "csv"));
      const events = await readTrainingLog(join(RUNS, run, "tb"));
      expect([csv.format, events.format]).toEqual(["lightning-csv", "tensorboard"]);
      // The event file knows the epoch at every step, the table at rows only.
      const withoutEpoch = (points: typeof csv.points) =>
        new Map([...inSinglePrecision(asPlainLog(points))].map(([step, row]) => [step, { ...row, epoch: 0 }]));
      expect(withoutEpoch(events.points)).toEqual(withoutEpoch(csv.points));
      const truth = readTruth(run);
      const lowest = csv.points.reduce((best, point) =>
        (point.evalLoss ?? Infinity) < (best.evalLoss ?? Infinity) ? point : best,
      );
      expect(lowest.step).toBe(truth.logged_best_eval_step);
      expect(csv.points.at(-1)?.step).toBe(truth.last_step);
    },
  );

  it("Keras' table counts epochs done", async () => {
    const { format, points } = await readTrainingLog(join(RUNS, "keras/overfit"));
    expect(format).toBe("keras-csv");
    expect(points).toHaveLength(30);
    expect(points[3]).toEqual({
      step: 4,
      epoch: 4,
      trainLoss: 0.36157357692718506,
      evalLoss: 0.6642066240310669,
      extra: { accuracy: 0.8999999761581421, val_accuracy: 0.7099999785423279 },
    });
  });
});

describe("verdicts on recorded runs", () => {
  const runs = ["hf", "hf_dist", "fsdp_dcp", "lightning", "keras"]
    .flatMap(runsOf)
    .filter((run) => existsSync(join(RUNS, run, "truth.json")));

  it("are right for at least 19 of 20, found from the folders alone", async () => {
    const wrong: string[] = [];
    for (const run of runs) {
      const { points } = await readTrainingLog(join(RUNS, run));
      const { verdict } = diagnose(points);
      const { verdict: right, also_accept } = readTruth(run);
      if (![right, ...also_accept].includes(verdict)) wrong.push(`${run}: ${verdict}`);
    }
    expect(runs).toHaveLength(20);
    expect(wrong.length, wrong.join("\n")).toBeLessThanOrEqual(1);
  });

  it("name the step that the log itself has lowest", async () => {
    for (const run of runs) {
      const { points } = await readTrainingLog(join(RUNS, run));
      expect(diagnose(points).ship, run).toBe(readTruth(run).logged_best_eval_step);
    }
  });
});

function readTruth(run: string): {
  verdict: Generalisation;
  also_accept: readonly Generalisation[];
  logged_best_eval_step: number | null;
  last_step: number;
} {
  return JSON.parse(readFileSync(join(RUNS, run, "truth.json"), "utf8")) as ReturnType<typeof readTruth>;
}
