import { Ajv2020 } from "ajv/dist/2020.js";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { bleu } from "../../judges/bleu.ts";
import { judged, sampleWith, statsOf, total, valueOf, written } from "./samples.ts";

const judge = bleu.create({}, {});
const metric = judge.metrics[0] as (typeof judge.metrics)[number];

const WORDS = ["river", "stone", "the", "of", "3.5", "well-known", "“so”", "été", "水", "constructor", "__proto__"];
const sentence = fc.array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 12 }).map((words) => words.join(" "));
const hostile = fc.string({ unit: "binary", maxLength: 40 });

describe("bleu", () => {
  it("gives its example the value it shows", async () => {
    const { output, references, values } = bleu.example;
    expect(await valueOf(judge, "bleu", output, ...references)).toBeCloseTo(values["bleu"] as number, 9);
  });

  it("counts tokens, the closest reference's tokens, matches and n-grams", async () => {
    const stats = statsOf(await judged(judge, "a b c b", "a b c d e", "b b c x"));
    expect(stats).toEqual([4, 4, 4, 2, 1, 0, 4, 3, 2, 1]);
  });

  it("is the geometric mean of precisions over the corpus, not the mean of samples", async () => {
    const short = bleu.create({ max_ngram_order: 1, tokenize: "none" }, {});
    const [one] = short.metrics;
    if (one === undefined) throw new Error("no metric");
    const stats = [statsOf(await judged(short, "a b c d", "a b x y")), statsOf(await judged(short, "e", "e"))];
    expect(total(one, stats)).toBeCloseTo(60, 9);
    expect(stats.map((row) => one.perSample(row)).map(Math.round)).toEqual([50, 100]);
  });

  it("lowers what is shorter than the reference by the brevity penalty", async () => {
    const unigrams = bleu.create({ max_ngram_order: 1 }, {});
    expect(await valueOf(unigrams, "bleu", "north wind", "north wind today here")).toBeCloseTo(100 * Math.exp(-1), 9);
  });

  it("scores a single sample by the orders that it is long enough for", async () => {
    const stats = statsOf(await judged(judge, "two words", "two words"));
    expect(metric.perSample(stats)).toBe(100);
    expect(total(metric, [stats])).toBe(0);
    const effective = bleu.create({ effective_order: true }, {});
    expect(total(effective.metrics[0] as typeof metric, [stats])).toBe(100);
  });

  it.each([
    ["exp", undefined, 100 / 2 ** 0.5],
    ["floor", undefined, 100 * 0.1 ** 0.5],
    ["floor", 0.5, 100 * 0.5 ** 0.5],
    ["add-k", undefined, 100 * (1 / 2) ** 0.5],
    ["none", undefined, 0],
  ])("smooths an order without a match by %s %s", async (method, value, expected) => {
    const options = {
      smooth_method: method,
      max_ngram_order: 2,
      ...(value === undefined ? {} : { smooth_value: value }),
    };
    const smoothed = bleu.create(options, {});
    expect(await valueOf(smoothed, "bleu", "night day", "day night")).toBeCloseTo(expected, 9);
  });

  it("signs with everything that decides the score but the references' number", () => {
    expect(judge.signature).toBe("nrefs:var|case:mixed|eff:no|tok:13a|smooth:exp|version:2.6.0");
    const options = { tokenize: "intl", lowercase: true, smooth_method: "floor", max_ngram_order: 2 };
    expect(bleu.create(options, {}).signature).toBe(
      "nrefs:var|case:lc|eff:no|tok:intl|smooth:floor[0.10]|version:2.6.0|order:2",
    );
  });

  it("keeps case unless told to compare in lowercase", async () => {
    expect(await valueOf(judge, "bleu", "ΣΟΦΟΣ Wind", "σοφος wind")).toBe(0);
    const lowercase = bleu.create({ lowercase: true }, {});
    expect(await valueOf(lowercase, "bleu", "ΣΟΦΟΣ Wind", "σοφος wind")).toBe(100);
  });

  it("skips a sample without references", () => {
    expect(judge.score(written("text"), sampleWith([]))).toEqual({ kind: "skipped", reason: "no reference" });
  });

  it("refuses options that its schema does not name or allow", () => {
    const valid = new Ajv2020({ strict: true, strictTypes: false }).compile(bleu.options);
    expect(valid({ tokenize: "zh", smooth_method: "add-k", smooth_value: 0.5 })).toBe(true);
    expect(valid({ tokenise: "zh" })).toBe(false);
    expect(valid({ tokenize: "moses" })).toBe(false);
    expect(valid({ max_ngram_order: 0 })).toBe(false);
  });

  it("names the dictionary that Japanese needs where it is missing", () => {
    const options = { tokenize: "ja-mecab", mecab_dictionary: import.meta.dirname };
    expect(() => bleu.create(options, {})).toThrow(
      expect.objectContaining({
        name: "EvalhError",
        code: "E_MISSING_DEPENDENCY",
        hint: expect.stringContaining("ipadic"),
      }),
    );
  });
});

describe("properties of bleu", () => {
  it("gives 100 to text that equals a reference", async () => {
    await fc.assert(
      fc.asyncProperty(sentence, sentence, async (text, other) => {
        expect(await valueOf(judge, "bleu", text, other, text)).toBeCloseTo(100, 9);
      }),
    );
  });

  it("stays within 0 and 100 for any text, tokenizer and smoothing", async () => {
    const options = fc.record({
      tokenize: fc.constantFrom("13a", "intl", "zh", "char", "none"),
      smooth_method: fc.constantFrom("exp", "floor", "add-k", "none"),
      lowercase: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        options,
        hostile,
        fc.array(hostile, { minLength: 1, maxLength: 3 }),
        async (chosen, text, references) => {
          const value = await valueOf(bleu.create(chosen, {}), "bleu", text, ...references);
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThanOrEqual(100);
        },
      ),
      { numRuns: 200 },
    );
  });

  it("does not depend on the order of samples or references", async () => {
    const sample = fc.tuple(sentence, fc.array(sentence, { minLength: 2, maxLength: 3 }));
    await fc.assert(
      fc.asyncProperty(fc.array(sample, { minLength: 1, maxLength: 5 }), async (samples) => {
        const there = samples.map(async ([text, references]) => statsOf(await judged(judge, text, ...references)));
        const back = samples.map(async ([text, references]) =>
          statsOf(await judged(judge, text, ...references.toReversed())),
        );
        expect(total(metric, (await Promise.all(back)).toReversed())).toBe(total(metric, await Promise.all(there)));
      }),
    );
  });

  it("never matches less for one more reference", async () => {
    await fc.assert(
      fc.asyncProperty(sentence, sentence, sentence, async (text, reference, more) => {
        const alone = statsOf(await judged(judge, text, reference)) as number[];
        const both = statsOf(await judged(judge, text, reference, more)) as number[];
        for (let column = 2; column < 6; column++) expect(both[column]).toBeGreaterThanOrEqual(alone[column] as number);
      }),
    );
  });
});

describe("bleu of hostile text", () => {
  it.each([
    ["", 0],
    [" \n\t\u{1c}\u{85}\u{3000}", 0],
    ["<skipped>", 0],
    ["\0", 100],
    ["\ud800", 100],
    ["\udc00\ud800", 100],
    ["\ufeff", 100],
    ["\u{10ffff}", 100],
    [".", 100],
    ["-", 100],
    ["&", 100],
  ])("gives %j against itself %d and against words 0", async (text, own) => {
    expect(await valueOf(judge, "bleu", text, text)).toBe(own);
    expect(await valueOf(judge, "bleu", text, "some words here")).toBe(0);
    expect(await valueOf(judge, "bleu", "some words here", text)).toBe(0);
  });

  it("tells apart the normalisation forms of a text, as the reference does", async () => {
    const forms = (["NFC", "NFD", "NFKC", "NFKD"] as const).map((form) => "Åﬁn".normalize(form));
    for (const form of forms) {
      expect(await valueOf(judge, "bleu", form, form)).toBe(100);
      for (const other of forms) expect(await valueOf(judge, "bleu", form, other)).toBe(form === other ? 100 : 0);
    }
  });

  it("gets through a segment of a megabyte", async () => {
    const text = Array.from({ length: 170_000 }, (_, i) => `w${(i * 7919) % 50_000}`).join(" ");
    expect(await valueOf(judge, "bleu", text, text)).toBe(100);
  });
});
