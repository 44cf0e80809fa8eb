import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { compileFilter, type SampleFacts } from "../../reports/filter-match.ts";
import { FLAGS, parseFilter, sliceTerm, type Flag } from "../../reports/filter-query.ts";

function facts(
  part: Partial<Omit<SampleFacts, "slice" | "has">> & { slices?: Record<string, string>; flags?: readonly Flag[] },
): SampleFacts {
  const { slices = {}, flags = [], ...rest } = part;
  return {
    task: "title",
    id: "t-0071",
    preview: "Chronic stenosis of the ear",
    score: 40,
    delta: -10,
    slice: (field) => slices[field] ?? null,
    has: (flag) => flags.includes(flag),
    ...rest,
  };
}

function matches(filter: string, sample: SampleFacts): boolean {
  const query = parseFilter(filter);
  expect(query.problems).toEqual([]);
  return compileFilter(query)(sample);
}

describe("a filter", () => {
  test.each([
    ["", true],
    ["stenosis", true],
    ["STENOSIS ear", true],
    ["stenosis nose", false],
    ['"stenosis of"', true],
    ['"of stenosis"', false],
    ["-stenosis", false],
    ["t-0071", true],
    ["id:t-0071", true],
    ["id:t-007", false],
    ["task:title", true],
    ["task:chapter", false],
    ["-task:chapter", true],
    ["slice:rarity=rare", true],
    ["slice:rarity=common", false],
    ['slice:chapter="Blood and bone"', true],
    ["broken", true],
    ["fixed", false],
    ['"broken"', false],
    ["score<50", true],
    ["score<=40 score>=40 score=40", true],
    ["score>40", false],
    ["delta<-5", true],
    ["-delta<-5", false],
    ["broken slice:rarity=rare score<50 ear", true],
  ])("%j on the sample: %s", (filter, expected) => {
    const sample = facts({ slices: { rarity: "rare", chapter: "Blood and bone" }, flags: ["broken"] });
    expect(matches(filter, sample)).toBe(expected);
  });

  test("names what is compared without filtering by it", () => {
    const query = parseFilter("ckpt:checkpoint-441 base:63 metric:title/bleu broken");
    expect(query).toMatchObject({ checkpoint: "checkpoint-441", base: "63", metric: "title/bleu" });
    expect(query.terms).toEqual([{ kind: "flag", flag: "broken", negated: false }]);
  });

  test("finds no sample without a score by its score", () => {
    const sample = facts({ score: null, delta: null });
    expect(matches("score<50", sample)).toBe(false);
    expect(matches("score>=50", sample)).toBe(false);
  });

  test.each(["score<", "score<abc", "slice:rarity", "task:", "delta>=−x"])("tells what is wrong with %j", (filter) => {
    const query = parseFilter(filter);
    expect(query.problems).toHaveLength(1);
    expect(query.terms).toEqual([]);
  });

  test("takes regular-expression characters in words literally", () => {
    expect(matches("(a+)+$", facts({ preview: "so (a+)+$ it is" }))).toBe(true);
    expect(matches(".*", facts({ preview: "nothing" }))).toBe(false);
  });

  test("reads back the slices it writes, whatever their names", () => {
    const name = fc.string({ minLength: 1 }).filter((text) => !/["=]/u.test(text) && text.trim() !== "");
    fc.assert(
      fc.property(
        name,
        fc.string().filter((text) => !text.includes('"')),
        (field, value) => {
          const query = parseFilter(sliceTerm(field, value));
          expect(query.terms).toEqual([{ kind: "slice", field, value, negated: false }]);
        },
      ),
    );
  });

  test("never throws, whatever is typed", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        compileFilter(parseFilter(text))(facts({}));
      }),
    );
  });

  test("explains every flag", () => {
    for (const meaning of Object.values(FLAGS)) expect(meaning.length).toBeGreaterThan(10);
  });
});
