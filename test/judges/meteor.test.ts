import { join } from "node:path";

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { meteor } from "../../judges/meteor.ts";
import { treebankWords } from "../../judges/meteor/words.ts";
import { readGoldenFile } from "../golden/golden-file.ts";
import { byFunction, runCase } from "../golden/run-case.ts";
import { judged, valueOf } from "./samples.ts";

const fixtures = join(import.meta.dirname, "../fixtures");
const golden = readGoldenFile(join(import.meta.dirname, "../golden/meteor.json"));

describe.each([...byFunction(golden)])("%s", (_, cases) => {
  it(`equals nltk in ${cases.length} cases`, async () => {
    expect(cases.length).toBeGreaterThan(100);
    for (const one of cases) expect([one.id, await runCase(one)]).toEqual([one.id, { kind: "passed" }]);
  });
});

describe("METEOR", () => {
  it("takes the best of several references", async () => {
    const judge = meteor.create({}, {});
    const both = await valueOf(judge, "meteor", "a small boat", "nothing like it", "a small boat sails");
    expect(both).toBe(await valueOf(judge, "meteor", "a small boat", "a small boat sails"));
  });

  it("is within 0 and 100, nearly 100 for equal texts, 0 without a common word", async () => {
    const judge = meteor.create({ tokenize: "none" }, {});
    const words = fc.array(fc.constantFrom("oak", "ash", "elms", "elm", "fir"), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(words, words, async (a, b) => {
        const value = await valueOf(judge, "meteor", a.join(" "), b.join(" "));
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThanOrEqual(100);
        const same = await valueOf(judge, "meteor", a.join(" "), a.join(" "));
        expect(same).toBeCloseTo(100 * (1 - 0.5 / a.length ** 3), 9);
        expect(await valueOf(judge, "meteor", a.join(" "), "yew")).toBe(0);
      }),
    );
  });

  it("finds synonyms in the dictionary that is named, relative to the suite, and says which stages it had", async () => {
    const withSynonyms = meteor.create({ wordnet: "wordnet" }, { folder: fixtures });
    const without = meteor.create({}, {});
    expect(await valueOf(withSynonyms, "meteor", "the bowl", "the vessel")).toBeGreaterThan(
      await valueOf(without, "meteor", "the bowl", "the vessel"),
    );
    expect(withSynonyms.signature).toContain("stages:exact,stem,wordnet");
    expect(without.signature).not.toContain("wordnet");
  });

  it("fails, saying what to do, where the dictionary is missing", async () => {
    const score = await judged(meteor.create({ wordnet: "suites" }, { folder: fixtures }), "a", "b");
    expect(score).toMatchObject({
      kind: "failed",
      error: { code: "E_MISSING_DEPENDENCY", message: expect.stringContaining("is no WordNet dictionary") },
    });
  });

  it("cuts any text into words without losing a letter", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const letters = (from: string): string => from.replace(/[^\p{L}\p{N}]/gu, "");
        expect(letters(treebankWords(text).join(""))).toBe(letters(text));
      }),
    );
  });

  it.each(["a.", "' ", "``", "n't ", "(", "\"'"])("takes no more than linear time for a megabyte of %j", (unit) => {
    const times = [100_000, 800_000].map((length) => {
      const text = unit.repeat(length / unit.length) + " ".repeat(length / 10);
      const start = performance.now();
      treebankWords(`${text}x`);
      return performance.now() - start;
    });
    expect(times[1]).toBeLessThan(40 * Math.max(20, times[0] ?? 0));
  });
});
