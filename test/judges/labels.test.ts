import { describe, expect, it } from "vitest";

import { balancedAccuracy } from "../../judges/balanced-accuracy.ts";
import { f1 } from "../../judges/f1.ts";
import { kappa } from "../../judges/kappa.ts";
import { mcc } from "../../judges/mcc.ts";
import type { JsonObject, JsonValue } from "../../src/core/json.ts";
import type { JudgeModule } from "../../src/core/judge.ts";
import { sampleWith, statsOf, total, written } from "./samples.ts";

/** Pairs of true and answered labels. */
const ANSWERS = [
  ["calm", "calm"],
  ["calm", "calm"],
  ["calm", "storm"],
  ["storm", "storm"],
  ["storm", "fog"],
  ["fog", "fog"],
  ["fog", "I cannot say"],
] as const;
const CHOICES = ["fog", "calm", "storm", "hail"];

async function values(module: JudgeModule, options: JsonObject, choices?: readonly string[]): Promise<number[]> {
  const judge = module.create(options, choices === undefined ? {} : { choices });
  const stats: JsonValue[] = [];
  for (const [target, answer] of ANSWERS) {
    stats.push(statsOf(await judge.score(written(answer), sampleWith([target], choices))));
  }
  return judge.metrics.map((metric) => total(metric, stats));
}

describe("with choices", () => {
  it("averages F1 over the labels that occur; an unreadable answer is a prediction of none", async () => {
    // calm 2·2/(2+3), storm 2·1/(2+2), fog 2·1/(2+2); hail does not occur.
    const [macro, micro, weighted] = await values(f1, { average: ["macro", "micro", "weighted"] }, CHOICES);
    expect(macro).toBeCloseTo(60, 9);
    expect(micro).toBeCloseTo((100 * 2 * 4) / (6 + 7), 9);
    expect(weighted).toBeCloseTo((100 * (3 * 0.8 + 2 * 0.5 + 2 * 0.5)) / 7, 9);
  });

  it("averages recall over the labels that were true", async () => {
    expect((await values(balancedAccuracy, {}, CHOICES))[0]).toBeCloseTo((100 * (2 / 3 + 1 / 2 + 1 / 2)) / 3, 9);
  });

  it("correlates labels", async () => {
    // By scikit-learn, with one more label for the unreadable answer.
    expect((await values(mcc, {}, CHOICES))[0]).toBeCloseTo(0.4124789557, 9);
    expect((await values(kappa, {}, CHOICES))[0]).toBeCloseTo(0.4, 9);
  });
});

it("takes the labels that occur where there are no choices, unreadable ones included", async () => {
  const [macro] = await values(f1, {});
  expect(macro).toBeCloseTo(45, 9);
});

it("weighs kappa by the order of the choices", async () => {
  const [ordered] = await values(kappa, { weights: "quadratic" }, ["calm", "storm", "fog", "hail"]);
  const [shuffled] = await values(kappa, { weights: "quadratic" }, ["storm", "hail", "calm", "fog"]);
  expect(ordered).toBeGreaterThan(shuffled as number);
});

it("scores a single sample as right or wrong", async () => {
  const judge = f1.create({ average: ["micro"] }, { choices: CHOICES });
  const stats = statsOf(await judge.score(written("fog"), sampleWith(["calm"], CHOICES)));
  expect(judge.metrics.map((metric) => [metric.name, metric.perSample(stats)])).toEqual([["f1_micro", 0]]);
});

it("refuses references that are texts, and does not keep long answers", async () => {
  const judge = f1.create({}, {});
  expect(await judge.score(written("fog"), sampleWith(["x".repeat(300)]))).toMatchObject({ kind: "failed" });
  expect(statsOf(await judge.score(written("x".repeat(300)), sampleWith(["fog"])))).toEqual({
    predicted: null,
    target: "fog",
  });
});

it("flags answers that are no label", async () => {
  const judge = mcc.create({}, { choices: CHOICES });
  const flags = async (text: string): Promise<unknown> =>
    judge.flags?.(statsOf(await judge.score(written(text), sampleWith(["fog"], CHOICES))));
  expect([await flags("foggy"), await flags("hail")]).toEqual([["not_extracted"], []]);
});

it("says so when free text gives more labels than memory holds", () => {
  const judge = f1.create({}, {});
  const stats = Array.from({ length: 10_000 }, (_, index) => ({ predicted: `answer ${index}`, target: "yes" }));
  expect(() => judge.metrics[0]?.sufficient(stats)).toThrow("10001 different labels");
});
