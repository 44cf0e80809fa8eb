import { Ajv2020 } from "ajv/dist/2020.js";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { chrf } from "../../judges/chrf.ts";
import { judged, sampleWith, statsOf, total, valueOf, written } from "./samples.ts";

const judge = chrf.create({}, {});
const plusPlus = chrf.create({ word_order: 2 }, {});
const metric = judge.metrics[0] as (typeof judge.metrics)[number];

const text = fc
  .array(fc.constantFrom("tide", "(low)", "high,", "x", "海", "🐚", "à", "a\u0300", "constructor"), {
    minLength: 1,
    maxLength: 8,
  })
  .map((words) => words.join(" "));

describe("chrf", () => {
  it("gives its example the value it shows", async () => {
    const { output, references, values } = chrf.example;
    expect(await valueOf(judge, "chrf", output, ...references)).toBeCloseTo(values["chrf"] as number, 9);
  });

  it("counts n-grams of the hypothesis, of the reference, and matches, for each order", async () => {
    const two = chrf.create({ char_order: 2, word_order: 1 }, {});
    expect(statsOf(await judged(two, "ab a", "a bc"))).toEqual([3, 3, 2, 2, 2, 1, 2, 2, 1]);
  });

  it("weighs recall beta times as much as precision", async () => {
    const letters = (beta: number) => chrf.create({ char_order: 1, beta }, {});
    // Precision 1/2, recall 1.
    expect(await valueOf(letters(1), "chrf", "abcd", "ab")).toBeCloseTo(100 * (2 / 3), 9);
    expect(await valueOf(letters(2), "chrf", "abcd", "ab")).toBeCloseTo(100 * (2.5 / 3), 9);
  });

  it("leaves out orders that a text is too short for, unless smoothed with epsilon", async () => {
    expect(await valueOf(judge, "chrf", "abc", "abc")).toBe(100);
    expect(await valueOf(chrf.create({ eps_smoothing: true }, {}), "chrf", "abc", "abc")).toBeCloseTo(50, 9);
  });

  it("ignores white space unless told to count it", async () => {
    expect(await valueOf(judge, "chrf", "so far", "sofar")).toBe(100);
    expect(await valueOf(chrf.create({ whitespace: true }, {}), "chrf", "so far", "sofar")).toBeLessThan(100);
  });

  it("cuts one punctuation mark off each word for word n-grams", async () => {
    const words = chrf.create({ char_order: 1, word_order: 1 }, {});
    // "(hi", ")", "'", "tis", "." and "hi", ")", "tis"
    const stats = statsOf(await judged(words, "(hi) 'tis .", "hi) tis")) as number[];
    expect(stats.slice(3)).toEqual([5, 3, 2]);
  });

  it("takes the reference with the best score", async () => {
    expect(await valueOf(judge, "chrf", "low tide", "high noon", "low tide", "low")).toBe(100);
  });

  it("is computed from sums over the corpus, not as a mean of samples", async () => {
    const letters = chrf.create({ char_order: 1, beta: 1 }, {});
    const stats = [statsOf(await judged(letters, "aaa", "aaa")), statsOf(await judged(letters, "b", "c"))];
    expect(total(letters.metrics[0] as typeof metric, stats)).toBeCloseTo(75, 9);
  });

  it("signs with its name and all options", () => {
    expect(judge.signature).toBe("chrF2|nrefs:var|case:mixed|eff:yes|nc:6|nw:0|space:no|version:2.6.0");
    expect(chrf.create({ word_order: 2, beta: 3, lowercase: true, eps_smoothing: true }, {}).signature).toBe(
      "chrF3++|nrefs:var|case:lc|eff:no|nc:6|nw:2|space:no|version:2.6.0",
    );
  });

  it("skips a sample without references", () => {
    expect(judge.score(written("text"), sampleWith([]))).toEqual({ kind: "skipped", reason: "no reference" });
  });

  it("refuses options that its schema does not name or allow", () => {
    const valid = new Ajv2020({ strict: true, strictTypes: false }).compile(chrf.options);
    expect(valid({ word_order: 2, char_order: 4 })).toBe(true);
    expect(valid({ words: 2 })).toBe(false);
    expect(valid({ char_order: 0 })).toBe(false);
  });
});

describe("properties of chrf", () => {
  it("gives 100 to text that equals a reference", async () => {
    await fc.assert(
      fc.asyncProperty(text, text, async (own, other) => {
        expect(await valueOf(judge, "chrf", own, other, own)).toBe(100);
        expect(await valueOf(plusPlus, "chrf", own, own)).toBe(100);
      }),
    );
  });

  it("stays within 0 and 100 for any text", async () => {
    const any = fc.string({ unit: "binary", maxLength: 30 });
    const options = fc.record({ word_order: fc.nat(3), eps_smoothing: fc.boolean(), whitespace: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(
        options,
        any,
        fc.array(any, { minLength: 1, maxLength: 3 }),
        async (chosen, output, references) => {
          const value = await valueOf(chrf.create(chosen, {}), "chrf", output, ...references);
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThanOrEqual(100);
        },
      ),
      { numRuns: 200 },
    );
  });

  it("counts matches alike in both directions", async () => {
    await fc.assert(
      fc.asyncProperty(text, text, async (a, b) => {
        const there = statsOf(await judged(plusPlus, a, b)) as number[];
        const back = statsOf(await judged(plusPlus, b, a)) as number[];
        for (let column = 2; column < there.length; column += 3) expect(there[column]).toBe(back[column]);
      }),
    );
  });

  it("does not depend on the order of samples", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 5 }), async (pairs) => {
        const stats = await Promise.all(pairs.map(async ([a, b]) => statsOf(await judged(judge, a, b))));
        expect(total(metric, stats.toReversed())).toBe(total(metric, stats));
      }),
    );
  });
});

describe("chrf of hostile text", () => {
  it.each([
    ["", 0],
    [" \t\u{1f}", 0],
    ["\0", 100],
    ["\ud800", 100],
    ["\udc00\ud800x", 100],
    ["\u{10ffff}", 100],
    ["\ufeff", 100],
  ])("gives %j against itself %d and against words 0", async (hostile, own) => {
    expect(await valueOf(judge, "chrf", hostile, hostile)).toBe(own);
    expect(await valueOf(judge, "chrf", hostile, "words")).toBe(0);
    expect(await valueOf(judge, "chrf", "words", hostile)).toBe(0);
  });

  it("counts code points, not UTF-16 units, in every normalisation form", async () => {
    const letters = chrf.create({ char_order: 1 }, {});
    expect(statsOf(await judged(letters, "😀😁", "😀😂"))).toEqual([2, 2, 1]);
    const lengths = (["NFC", "NFD", "NFKC", "NFKD"] as const).map(async (form) => {
      const [count] = statsOf(await judged(letters, "éﬁ".normalize(form), "x")) as number[];
      return count;
    });
    expect(await Promise.all(lengths)).toEqual([2, 3, 3, 4]);
  });

  it("gets through a segment of a megabyte", async () => {
    const long = Array.from({ length: 170_000 }, (_, i) => `w${(i * 7919) % 50_000}`).join(" ");
    expect(await valueOf(plusPlus, "chrf", long, long)).toBe(100);
  });
});
