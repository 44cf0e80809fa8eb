import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import type { TrainingPoint } from "../../src/core/series.ts";
import { diagnose } from "../../src/stats/generalisation.ts";

/** Points of evaluations at steps 10, 20, …, with a training loss beside each where one is given. */
function run(
  evalLosses: readonly number[],
  trainLosses: readonly number[] = [],
  more: (i: number) => Partial<TrainingPoint> = () => ({}),
): TrainingPoint[] {
  const points: TrainingPoint[] = [];
  for (const [i, evalLoss] of evalLosses.entries()) {
    const trainLoss = trainLosses[i];
    points.push({ step: 10 * (i + 1), evalLoss, ...(trainLoss !== undefined && { trainLoss }), ...more(i) });
  }
  return points;
}

const falling = Array.from({ length: 12 }, (_, i) => 3 * 0.8 ** i);

describe("diagnose", () => {
  it("calls a rising evaluation loss under a falling training loss overfit and says where it began", () => {
    const diagnosis = diagnose(run([3, 2.5, 2.2, 2.1, 2.08, 2.12, 2.2, 2.3, 2.42, 2.5, 2.6, 2.7], falling));
    expect(diagnosis.verdict).toBe("overfit");
    expect(diagnosis.ship).toBe(50);
    expect(diagnosis.since?.lo).toBeLessThanOrEqual(50);
    expect(diagnosis.since?.hi).toBeGreaterThanOrEqual(60);
    expect(diagnosis.evidence[0]).toContain("validation loss lowest 2.08 at step 50, then up 29.8 % by step 120");
    expect(diagnosis.evidence[0]).toMatch(/training loss fell \d+\.\d %/);
  });

  it("calls the same rise regressed when the training loss rises with it but stays below its start", () => {
    const train = [2.9, 1.9, 1.4, 1.2, 1.1, 1.3, 1.5, 1.7, 1.9, 2.0, 2.1, 2.2];
    const diagnosis = diagnose(run([3, 2.5, 2.2, 2.1, 2.08, 2.12, 2.2, 2.3, 2.42, 2.5, 2.6, 2.7], train));
    expect(diagnosis.verdict).toBe("regressed");
    expect(diagnosis.since).toBeNull();
  });

  it("does not take the noise of a flat evaluation loss for overfitting", () => {
    const flat = [3, 2.4, 2.1, 2.0, 2.06, 1.97, 2.05, 1.99, 2.07, 2.0, 2.04, 2.02];
    expect(diagnose(run(flat, falling)).verdict).toBe("healthy");
  });

  it("calls a loss that never moved a plateau, and one that still falls underfit", () => {
    expect(diagnose(run([1.386, 1.39, 1.384, 1.388, 1.386, 1.385, 1.387, 1.386])).verdict).toBe("plateau");
    expect(diagnose(run([3, 2.8, 2.6, 2.4, 2.2, 2, 1.8, 1.6, 1.4])).verdict).toBe("underfit");
  });

  it("says that fewer than four evaluations are too few", () => {
    const diagnosis = diagnose(run([3, 2, 1]));
    expect(diagnosis.verdict).toBe("inconclusive");
    expect(diagnosis.evidence.join("\n")).toContain("3 evaluations are too few");
    expect(diagnose([]).verdict).toBe("inconclusive");
    expect(diagnose([]).ship).toBeNull();
  });

  it("finds the step where a loss is no number, with the learning rate there", () => {
    const points: TrainingPoint[] = [
      { step: 5, trainLoss: 3, learningRate: 0.1 },
      { step: 10, trainLoss: 2.9, learningRate: 0.9 },
      { step: 15, trainLoss: Number.NaN, learningRate: 9 },
    ];
    const diagnosis = diagnose(points);
    expect(diagnosis.verdict).toBe("diverged");
    expect(diagnosis.since).toEqual({ lo: 10, hi: 15 });
    expect(diagnosis.evidence).toContain("the learning rate was 9 at step 15, up from 0.9 at step 10");
  });

  it("sees through a training loss of exactly 0 that hides losses which are no numbers", () => {
    const hidden = diagnose([
      { step: 5, trainLoss: 3, gradNorm: 1 },
      { step: 10, trainLoss: 0, gradNorm: Number.NaN },
    ]);
    expect(hidden.verdict).toBe("diverged");
    expect(hidden.since).toEqual({ lo: 5, hi: 10 });
    expect(
      diagnose([
        { step: 5, trainLoss: 2.5 },
        { step: 10, trainLoss: 0 },
      ]).verdict,
    ).toBe("diverged");
  });

  it("believes a rounded training loss of 0 at the end of a smooth fall", () => {
    const train = [0.9, 0.3, 0.08, 0.01, 0.002, 0.0004, 0.0001, 0];
    expect(diagnose(run([1, 0.5, 0.4, 0.39, 0.4, 0.39, 0.4, 0.39], train)).verdict).toBe("healthy");
  });

  it("forgives single infinite gradient norms, as loss scaling causes them, but not lasting ones", () => {
    const norms = (last: number): TrainingPoint[] =>
      run([3, 2, 1.5, 1.2, 1.1, 1.05, 1.04, 1.03], falling, (i) => ({
        gradNorm: i === 0 || i > last ? Number.POSITIVE_INFINITY : 1,
      }));
    expect(diagnose(norms(99)).verdict).not.toBe("diverged");
    expect(diagnose(norms(4)).verdict).toBe("diverged");
  });

  it("calls a run diverged that ends above its start on both losses without any NaN", () => {
    const diagnosis = diagnose(run([2, 1.9, 2.5, 4, 6, 7, 9, 8], [2, 1.8, 2.6, 4.5, 6, 8, 8.5, 9]));
    expect(diagnosis.verdict).toBe("diverged");
    expect(diagnosis.since).toEqual({ lo: 20, hi: 30 });
  });

  it("notes a task score that goes on rising after the loss has turned", () => {
    const points = run([3, 2.5, 2.2, 2.1, 2.08, 2.12, 2.2, 2.3, 2.42, 2.5, 2.6, 2.7], falling, (i) => ({
      extra: { eval_accuracy: 0.3 + 0.04 * i },
    }));
    expect(diagnose(points).evidence.at(-1)).toBe(
      "eval_accuracy disagrees with the loss: 0.46 at step 50, best 0.74 at step 120",
    );
  });

  it("gives the same verdict whatever unit the loss is in and however far apart the steps are", () => {
    const losses = fc.array(fc.double({ min: 0.1, max: 10, noNaN: true }), { minLength: 1, maxLength: 15 });
    fc.assert(
      fc.property(
        losses,
        losses,
        fc.integer({ min: -8, max: 8 }),
        fc.integer({ min: 1, max: 1000 }),
        (evalLosses, trainLosses, power, stride) => {
          const scale = 2 ** power;
          const plain = run(evalLosses, trainLosses);
          const scaled = run(
            evalLosses.map((x) => x * scale),
            trainLosses.map((x) => x * scale),
            (i) => ({ step: stride * (i + 1) }),
          );
          expect(diagnose(scaled).verdict).toBe(diagnose(plain).verdict);
        },
      ),
      { numRuns: 200 },
    );
  });

  it("names only logged steps, and numbers that survive JSON", () => {
    const point = fc.record(
      {
        trainLoss: fc.double(),
        evalLoss: fc.double(),
        gradNorm: fc.double(),
        learningRate: fc.double({ min: 0, max: 1, noNaN: true }),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.array(point, { maxLength: 30 }), (values) => {
        const points = values.map((value, i): TrainingPoint => Object.assign({ step: i * 7 }, value));
        const { ship, equivalent, numbers } = diagnose(points);
        const steps = new Set(points.map(({ step }) => step));
        expect([...equivalent, ...(ship === null ? [] : [ship])].every((step) => steps.has(step))).toBe(true);
        expect(Object.values(numbers).every((value) => typeof value !== "number" || Number.isFinite(value))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it("calls a loss overfit that comes down a little from a great height, but not one that comes back", () => {
    const curve = (pace: number): TrainingPoint[] =>
      Array.from({ length: 60 }, (_, i) => ({
        step: i * 10,
        trainLoss: 4 * Math.exp(-i / 5),
        evalLoss: (i < 3 ? 4 - 1.5 * i : i < 20 ? 1 + 0.3 * (i - 2) : 6.1 - pace * (i - 19)) + 0.01 * Math.sin(7 * i),
      }));
    expect(diagnose(curve(0.02)).verdict).toBe("overfit");
    expect(diagnose(curve(0.1)).verdict).toBe("underfit");
  });

  it("gets through a hundred thousand logged points", () => {
    const points = Array.from({ length: 100_000 }, (_, step) => ({
      step,
      trainLoss: 3 / (1 + step / 1000),
      evalLoss: 2 + 1 / (1 + step / 500),
    }));
    expect(diagnose(points).verdict).not.toBe("overfit");
  });
});
