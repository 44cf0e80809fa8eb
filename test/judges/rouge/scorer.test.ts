import * as fc from "fast-check";
import { expect, it } from "vitest";

import { rougeScorer } from "../../../judges/rouge/scorer.ts";

const TYPES = ["rouge1", "rouge2", "rouge4", "rougeL", "rougeLsum"];
const sentence = fc
  .array(fc.constantFrom("red", "boats", "boat", "sail", "sailed", "home", "at", "dusk", "\n", "."), { maxLength: 30 })
  .map((words) => words.join(" "));

/** Shared n-grams by counting in a Map. */
function sharedGrams(a: readonly string[], b: readonly string[], order: number): number {
  const grams = (words: readonly string[]): string[] =>
    words.slice(0, Math.max(words.length - order + 1, 0)).map((_, i) => words.slice(i, i + order).join(" "));
  const left = grams(b);
  let shared = 0;
  for (const gram of grams(a)) {
    const at = left.indexOf(gram);
    if (at < 0) continue;
    left.splice(at, 1);
    shared++;
  }
  return shared;
}

it("counts shared n-grams as often as both texts have them", () => {
  const scorer = rougeScorer({ types: ["rouge1", "rouge2", "rouge3", "rouge9"] });
  fc.assert(
    fc.property(sentence, sentence, (target, prediction) => {
      const words = (text: string): string[] => text.match(/[a-z]+/g) ?? [];
      const scores = scorer.score(target, prediction);
      for (const [index, order] of [1, 2, 3, 9].entries()) {
        const shared = sharedGrams(words(target), words(prediction), order);
        const grams = Math.max(words(target).length - order + 1, 1);
        expect(scores[index]?.recall).toBeCloseTo(shared / grams, 12);
      }
    }),
  );
});

it("gives a text with enough words the score 1 against itself, and swaps precision and recall with the texts", () => {
  const scorer = rougeScorer({ types: ["rouge1", "rouge2", "rougeL"], stemmer: true });
  fc.assert(
    fc.property(sentence, sentence, (a, b) => {
      const there = scorer.score(a, b);
      const back = scorer.score(b, a);
      for (const [index, score] of there.entries()) {
        expect(score.precision).toBe(back[index]?.recall);
        expect(score.fmeasure).toBeCloseTo(back[index]?.fmeasure as number, 12);
      }
      if ((a.match(/[a-z]+/g) ?? []).length > 1) {
        for (const score of scorer.score(a, a)) expect(score.fmeasure).toBe(1);
      }
    }),
  );
});

it("takes for each type the reference with the highest F-measure", () => {
  const scorer = rougeScorer({ types: TYPES });
  fc.assert(
    fc.property(fc.array(sentence, { minLength: 1, maxLength: 4 }), sentence, (targets, prediction) => {
      const each = targets.map((target) => scorer.score(target, prediction));
      for (const [index, best] of scorer.scoreMulti(targets, prediction).entries()) {
        const scores = each.map((one) => one[index]);
        const highest = Math.max(...scores.map((score) => score?.fmeasure as number));
        expect(best).toEqual(scores.find((score) => score?.fmeasure === highest));
      }
    }),
  );
});

it("sees two swapped sentences as equal in ROUGE-Lsum only if lines separate them", () => {
  const scorer = rougeScorer({ types: ["rougeLsum"] });
  const lines = scorer.score("rain fell early\nnobody minded it", "nobody minded it\nrain fell early");
  const blanks = scorer.score("rain fell early nobody minded it", "nobody minded it rain fell early");
  expect(lines[0]?.fmeasure).toBe(1);
  expect(blanks[0]?.fmeasure).toBe(0.5);
});

it("matches stems only if asked", () => {
  const score = (stemmer: boolean): number | undefined =>
    rougeScorer({ types: ["rouge1"], stemmer }).score("the sailor sails", "the sailors sailed")[0]?.fmeasure;
  expect(score(false)).toBeCloseTo(1 / 3, 12);
  expect(score(true)).toBe(1);
});

it("scores 0 where a side has no tokens, as texts in other scripts have none", () => {
  const scorer = rougeScorer({ types: TYPES });
  for (const [target, prediction] of [
    ["", "one"],
    ["one", ""],
    ["", ""],
    ["港に着いた", "港に着いた"],
    ["\n", "\n"],
  ] as const) {
    for (const score of scorer.score(target, prediction))
      expect(score).toEqual({ precision: 0, recall: 0, fmeasure: 0 });
  }
});

it.each(["rouge0", "rouge10", "rougel", "bleu", ""])("refuses the type %j", (type) => {
  expect(() => rougeScorer({ types: [type] })).toThrow("no ROUGE type");
});
