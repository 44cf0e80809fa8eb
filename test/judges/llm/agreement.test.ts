import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { llm } from "../../../judges/llm.ts";
import type { JsonObject, JsonValue } from "../../../src/core/json.ts";
import type { Judge } from "../../../src/core/judge.ts";
import { krippendorffAlpha } from "../../../src/stats/agreement.ts";
import { metricOf, total, written } from "../samples.ts";
import { askedBy, verdict } from "./asker.ts";

const LEVELS = 5;
const rating = fc.integer({ min: 0, max: LEVELS - 1 });

function judgeWith(options: JsonObject): Judge {
  return llm.create({ model: ["a", "b", "c"], ...options }, {});
}

/** Statistics of samples from each model's ratings. */
const statsOf = (samples: readonly (readonly number[])[]): JsonValue[] =>
  samples.map((ratings) => ({ ratings, tokens: [1, 1] }));

describe("a jury's agreement", () => {
  it("is Krippendorff's ordinal alpha of its ratings", () => {
    const judge = judgeWith({});
    fc.assert(
      fc.property(fc.array(fc.tuple(rating, rating, rating), { minLength: 1, maxLength: 30 }), (samples) => {
        const value = total(metricOf(judge, "jury_alpha"), statsOf(samples));
        const byRater = [0, 1, 2].map((rater) => samples.map((ratings) => ratings[rater] ?? null));
        const expected = krippendorffAlpha(byRater, "ordinal");
        if (expected === null) expect(value).toBeNaN();
        else expect(value).toBeCloseTo(expected, 9);
      }),
    );
  });

  it("does not depend on the order of samples or models", () => {
    const judge = judgeWith({});
    fc.assert(
      fc.property(fc.array(fc.tuple(rating, rating, rating), { minLength: 2, maxLength: 20 }), (samples) => {
        const shuffled = samples.toReversed().map(([a, b, c]) => [c, a, b]);
        const metric = metricOf(judge, "jury_alpha");
        expect(total(metric, statsOf(shuffled))).toBeCloseTo(total(metric, statsOf(samples)), 9);
      }),
    );
  });

  it("is not claimed for a single model", () => {
    const single = llm.create({ model: "a" }, {});
    expect(single.metrics.map(({ name }) => name)).toEqual(["llm_score", "judge_tokens"]);
  });
});

describe("agreement with people", () => {
  const judge = judgeWith({ human: "rating" });

  it("is alpha and quadratic kappa of verdicts and people's ratings, over the samples that have both", () => {
    // Two raters, five units, by hand: disagreement only in the last.
    const pairs = [
      [0, 0],
      [1, 1],
      [2, 2],
      [3, 3],
      [4, 2],
    ];
    const stats = pairs.map(([verdictOf = 0, human = 0]) => ({
      ratings: [verdictOf, verdictOf, verdictOf],
      tokens: [1, 1],
      human,
    }));
    const alpha = metricOf(judge, "human_alpha");
    expect(total(alpha, stats)).toBeCloseTo(
      krippendorffAlpha(
        [
          [0, 1, 2, 3, 4],
          [0, 1, 2, 3, 2],
        ],
        "ordinal",
      ) ?? 0,
      12,
    );
    // Observed: 4. Expected by chance: sum over all 25 combinations / 5 = 100 / 5 - by sums of squares.
    const verdicts = [0, 1, 2, 3, 4];
    const people = [0, 1, 2, 3, 2];
    const chance = verdicts.flatMap((a) => people.map((b) => (a - b) ** 2)).reduce((sum, d) => sum + d, 0) / 5;
    expect(total(metricOf(judge, "human_kappa"), stats)).toBeCloseTo(1 - 4 / chance, 12);
    expect(alpha.applies?.({ ratings: [1], tokens: [1, 1] })).toBe(false);
    expect(alpha.applies?.(stats[0] as JsonValue)).toBe(true);
  });

  it("reads labels as the scale writes them, and a label that is not on it is a failure", async () => {
    const context = askedBy((prompt) => verdict(prompt, { score: "fair" }));
    const named = llm.create({ model: "m", levels: ["poor", "fair", "good"], human: "label" }, context);
    const judged = (label: JsonValue): ReturnType<Judge["score"]> =>
      named.score(written("x"), { id: "1", input: "?", references: [], metadata: { label } });
    expect(await judged("good")).toMatchObject({ kind: "scored", stats: { ratings: [1], human: 2 } });
    expect(await judged(null)).toMatchObject({ kind: "scored", stats: { ratings: [1] } });
    expect((await judged(null)) as object).not.toHaveProperty("stats.human");
    expect(await judged("splendid")).toMatchObject({
      kind: "failed",
      error: { message: expect.stringContaining("splendid") },
    });
  });
});
