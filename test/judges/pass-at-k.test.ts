import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { majority } from "../../judges/answers/majority.ts";
import { passAtKJudge } from "../../judges/pass-at-k.ts";
import type { JsonValue } from "../../src/core/json.ts";
import type { Judge } from "../../src/core/judge.ts";
import { statsCollector } from "../../src/compare/stats-collector.ts";
import { columnSums } from "../../src/stats/resample.ts";
import { sampleWith, statsOf, written } from "./samples.ts";

/** The columns of samples that were each answered several times; undefined for a failed answer. */
async function columnsOf(
  judge: Judge,
  samples: readonly (readonly (string | undefined)[])[],
): Promise<Record<string, { readonly n: number; readonly value: number; readonly perSample: readonly number[] }>> {
  const repeats = Math.max(...samples.map((answers) => answers.length));
  const collector = statsCollector(judge, samples.length * repeats, repeats);
  const slots: { slot: number; stats: JsonValue }[] = [];
  for (const [i, answers] of samples.entries()) {
    for (const [repeat, answer] of answers.entries()) {
      if (answer === undefined) continue;
      slots.push({
        slot: i * repeats + repeat,
        stats: statsOf(await judge.score(written(answer), sampleWith(["yes"]))),
      });
    }
  }
  // Answers come in any order.
  for (const { slot, stats } of slots.toReversed()) collector.add(slot, stats);
  return Object.fromEntries(
    [...collector.columns()].map(([name, { sufficient, perSample }]) => [
      name,
      { n: sufficient.n, value: sufficient.value(columnSums(sufficient), sufficient.n), perSample: [...perSample] },
    ]),
  );
}

describe("pass@k and maj@k", () => {
  const judge = passAtKJudge.create({ k: [1, 2, 4], hat: true }, { repeats: 4 });

  it("look at all answers of a sample together", async () => {
    const columns = await columnsOf(judge, [
      ["yes", "no", "no", "no"],
      ["yes", "no", "yes", "maybe"],
      ["no", "no", "no", "no"],
    ]);
    expect(columns["pass_at_1"]?.perSample).toEqual([25, 50, 0]);
    // 1 - C(3,2)/C(4,2) = 1/2 and 1 - C(2,2)/C(4,2) = 5/6.
    expect(columns["pass_at_2"]?.perSample[0]).toBeCloseTo(50, 12);
    expect(columns["pass_at_2"]?.perSample[1]).toBeCloseTo(100 * (5 / 6), 12);
    expect(columns["pass_at_4"]?.perSample).toEqual([100, 100, 0]);
    expect(columns["maj_at_4"]?.perSample).toEqual([0, 100, 0]);
    // Of the first two: a tie, which the first answer wins.
    expect(columns["maj_at_2"]?.perSample).toEqual([100, 100, 0]);
    expect(columns["pass_hat_2"]?.perSample).toEqual([0, 100 / 6, 0].map((value) => expect.closeTo(value, 9)));
    expect(columns["maj_at_4"]).toMatchObject({ n: 3, value: expect.closeTo(100 / 3, 9) });
  });

  it("leave out samples with fewer answers than k, and only those", async () => {
    const columns = await columnsOf(judge, [
      ["yes", undefined, "no", "no"],
      ["yes", "yes", "yes", "yes"],
    ]);
    expect(columns["pass_at_4"]).toMatchObject({ n: 1, value: 100 });
    expect(columns["pass_at_2"]).toMatchObject({ n: 2 });
    expect(columns["pass_at_1"]?.perSample[0]).toBeCloseTo(100 / 3, 9);
  });

  it("rise with k, and pass^k falls", async () => {
    const answers = fc.array(fc.constantFrom("yes", "no"), { minLength: 4, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(fc.array(answers, { minLength: 1, maxLength: 6 }), async (samples) => {
        const columns = await columnsOf(judge, samples);
        const [one = 0, two = 0, four = 0] = [1, 2, 4].map((k) => columns[`pass_at_${k}`]?.value);
        expect(two).toBeGreaterThanOrEqual(one - 1e-9);
        expect(four).toBeGreaterThanOrEqual(two - 1e-9);
        expect(columns["pass_hat_2"]?.value ?? 0).toBeLessThanOrEqual(one + 1e-9);
        expect(columns["pass_hat_1"]?.value).toBeCloseTo(one, 9);
      }),
      { numRuns: 30 },
    );
  });

  it("are asked for 1 and all repeats unless the suite says otherwise, and never for more than there are", () => {
    const names = passAtKJudge.create({}, { repeats: 8 }).metrics.map(({ name }) => name);
    expect(names).toEqual(["pass_at_1", "maj_at_1", "pass_at_8", "maj_at_8"]);
    expect(() => passAtKJudge.create({ k: 5 }, { repeats: 4 })).toThrow(
      expect.objectContaining({
        message: expect.stringContaining("k = 5 needs 5"),
        hint: expect.stringContaining("repeats: 5"),
      }),
    );
  });

  it("take the last number of a text for its answer where the suite says so", async () => {
    const numeric = passAtKJudge.create({ numeric: true }, {});
    const right = statsOf(await numeric.score(written("2 + 40 = 42.0"), sampleWith(["#### 42"])));
    expect(right).toEqual({ answers: ["42"], right: [true] });
    expect(statsOf(await numeric.score(written("no idea"), sampleWith(["42"])))).toEqual({
      answers: [null],
      right: [false],
    });
  });

  it("tell long answers apart without keeping them, and flag an answer that could not be read", async () => {
    const long = passAtKJudge.create({ extract: "answer: (.*)" }, {});
    const scored = async (text: string): Promise<JsonValue> =>
      statsOf(await long.score(written(text), sampleWith(["yes"])));
    const [a, b] = [await scored(`answer: ${"x".repeat(500)}`), await scored(`answer: ${"x".repeat(501)}`)];
    expect(JSON.stringify(a).length).toBeLessThan(100);
    expect(a).not.toEqual(b);
    expect(long.flags?.(await scored("none"))).toEqual(["not_extracted"]);
    expect(long.flags?.(a)).toEqual([]);
  });
});

describe("a majority", () => {
  it.each([
    [["a", "b", "b"], 1],
    [["a", "b"], 0],
    [["b", "a", "a", "b"], 0],
    [[null, null, "c"], 2],
    [[null], null],
    [[], null],
  ])("of %j is at %j", (answers, expected) => {
    expect(majority(answers)).toBe(expected);
  });
});
