import { expect, it } from "vitest";

import { calibration } from "../../judges/calibration.ts";
import { judged, likelihoods, metricOf, sampleWith, statsOf, total } from "./samples.ts";

const CHOICES = ["up", "down"];

async function statsFor(...answers: readonly (readonly [up: number, truth: string])[]): Promise<never[]> {
  const judge = calibration.create({}, { choices: CHOICES });
  const all: unknown[] = [];
  for (const [up, truth] of answers) {
    all.push(statsOf(await judge.score(likelihoods(Math.log(up), Math.log(1 - up)), sampleWith([truth], CHOICES))));
  }
  return all as never[];
}

it("measures how far confidence is from accuracy in bins", async () => {
  const stats = await statsFor([0.9, "up"], [0.9, "down"], [0.3, "down"], [0.3, "down"]);
  const judge = calibration.create({ bins: 5 }, { choices: CHOICES });
  expect(total(metricOf(judge, "ece"), stats)).toBeCloseTo(0.5 * 0.4 + 0.5 * 0.3, 9);
  expect(total(metricOf(judge, "mce"), stats)).toBeCloseTo(0.4, 9);
  const one = calibration.create({ bins: 1, binning: "mass" }, { choices: CHOICES });
  expect(total(metricOf(one, "ece"), stats)).toBeCloseTo(Math.abs(0.75 - 0.8), 9);
});

it("averages Brier's score over both classes, and the log loss of the true one", async () => {
  const stats = await statsFor([0.9, "up"], [0.9, "down"]);
  const judge = calibration.create({}, { choices: CHOICES });
  expect(total(metricOf(judge, "brier"), stats)).toBeCloseTo((0.02 + 1.62) / 2, 9);
  expect(total(metricOf(judge, "log_loss"), stats)).toBeCloseTo(-(Math.log(0.9) + Math.log(0.1)) / 2, 9);
});

it("reads unnormalised log-probabilities, also where they are far below a double's smallest", async () => {
  const judge = calibration.create({}, { choices: CHOICES });
  const stats = statsOf(await judge.score(likelihoods(-2000, -2000 + Math.log(3)), sampleWith(["down"], CHOICES)));
  expect(stats).toMatchObject({ correct: true });
  expect(metricOf(judge, "ece").perSample(stats)).toBeCloseTo(0.25, 9);
});

it("fails a sample without log-probabilities of choices", async () => {
  expect(await judged(calibration.create({}, { choices: CHOICES }), "up", "up")).toMatchObject({ kind: "failed" });
});
