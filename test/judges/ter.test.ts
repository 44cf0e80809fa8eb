import { Ajv2020 } from "ajv/dist/2020.js";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { ter } from "../../judges/ter.ts";
import { judged, sampleWith, statsOf, total, valueOf, written } from "./samples.ts";

const judge = ter.create({}, {});
const metric = judge.metrics[0] as (typeof judge.metrics)[number];

const words = fc.array(fc.constantFrom("a", "b", "c", "d", "e", "constructor"), { maxLength: 12 });

async function edits(output: string, reference: string): Promise<number> {
  return (statsOf(await judged(judge, output, reference)) as number[])[0] as number;
}

/** Words to insert, delete or substitute, by the full table. */
function levenshtein(a: readonly string[], b: readonly string[]): number {
  let row = b.map((_, j) => j + 1);
  for (const [i, word] of a.entries()) {
    let [diagonal, left] = [i, i + 1];
    row = row.map((up, j) => {
      left = Math.min(diagonal + (word === b[j] ? 0 : 1), up + 1, left + 1);
      diagonal = up;
      return left;
    });
  }
  return row.at(-1) ?? a.length;
}

describe("ter", () => {
  it("gives its example the value it shows", async () => {
    const { output, references, values } = ter.example;
    expect(await valueOf(judge, "ter", output, ...references)).toBeCloseTo(values["ter"] as number, 9);
  });

  it.each([
    ["the cat sat", "the cat sat", 0],
    ["the cat", "the cat sat", 1],
    ["the big cat sat", "the cat sat", 1],
    ["the dog sat", "the cat sat", 1],
    ["", "the cat sat", 3],
    ["c d a b", "a b c d", 1],
    ["x y z 1 2 3 4", "1 2 3 4 x y z", 1],
    ["b a d c", "a b c d", 2],
  ])("makes %j into %j by %d edits, a shift of words being one", async (output, reference, count) => {
    expect(await edits(output, reference)).toBe(count);
  });

  it("divides the fewest edits to any reference by the references' mean length", async () => {
    expect(statsOf(await judged(judge, "a b c", "a b x y", "a b"))).toEqual([1, 3]);
    expect(await valueOf(judge, "ter", "a b c", "a b x y", "a b")).toBeCloseTo(100 / 3, 9);
  });

  it("is computed from sums over the corpus, not as a mean of samples", async () => {
    const stats = [statsOf(await judged(judge, "x", "a")), statsOf(await judged(judge, "b c d", "b c d"))];
    expect(total(metric, stats)).toBe(25);
  });

  it("is 100 for any output where the references have no words, and 0 for none", async () => {
    expect(await valueOf(judge, "ter", "a b", "")).toBe(100);
    expect(await valueOf(judge, "ter", "", " ")).toBe(0);
  });

  it("exceeds 100 for output much longer than the reference, and is better lower", async () => {
    expect(await valueOf(judge, "ter", "a b c d e", "a")).toBe(400);
    expect(metric).toMatchObject({ higherIsBetter: false, range: [0, Number.POSITIVE_INFINITY] });
  });

  it("ignores case unless told not to, and normalizes if told to", async () => {
    expect(await valueOf(judge, "ter", "Wind", "wind")).toBe(0);
    expect(await valueOf(ter.create({ case_sensitive: true }, {}), "ter", "Wind", "wind")).toBe(100);
    expect(await valueOf(ter.create({ normalized: true }, {}), "ter", "wind .", "wind.")).toBe(0);
    expect(await valueOf(ter.create({ no_punct: true }, {}), "ter", "wind", "(wind!)")).toBe(0);
  });

  it("prepares references twice when it normalizes, as the reference does", async () => {
    const normalized = ter.create({ normalized: true }, {});
    expect(await valueOf(normalized, "ter", "x ,.5", "x ,.5")).toBeGreaterThan(0);
  });

  it("signs with all options", () => {
    expect(judge.signature).toBe("nrefs:var|case:lc|tok:tercom|norm:no|punct:yes|asian:no|version:2.6.0");
  });

  it("skips a sample without references", () => {
    expect(judge.score(written("text"), sampleWith([]))).toEqual({ kind: "skipped", reason: "no reference" });
  });

  it("refuses options that its schema does not name", () => {
    const valid = new Ajv2020({ strict: true, strictTypes: false }).compile(ter.options);
    expect(valid({ normalized: true, asian_support: true })).toBe(true);
    expect(valid({ normalised: true })).toBe(false);
  });
});

describe("properties of ter", () => {
  it("is 0 exactly for equal words", async () => {
    await fc.assert(
      fc.asyncProperty(words, words, async (a, b) => {
        expect((await edits(a.join(" "), b.join("  "))) === 0).toBe(a.join(" ") === b.join(" "));
        expect(await edits(a.join(" "), a.join("\n"))).toBe(0);
      }),
    );
  });

  it("needs no more edits than without shifts, and at least the difference in length", async () => {
    await fc.assert(
      fc.asyncProperty(words, words, async (a, b) => {
        const count = await edits(a.join(" "), b.join(" "));
        expect(count).toBeLessThanOrEqual(levenshtein(a, b));
        expect(count).toBeGreaterThanOrEqual(Math.abs(a.length - b.length));
      }),
      { numRuns: 300 },
    );
  });

  it("is the edit distance where no word of the output stands elsewhere in the reference", async () => {
    const places = fc.array(fc.constantFrom("same", "other", "none"), { maxLength: 90 });
    await fc.assert(
      fc.asyncProperty(places, async (kinds) => {
        const reference = kinds.map((_, i) => `w${i}`);
        const output = kinds.flatMap((kind, i) => (kind === "none" ? [] : [kind === "same" ? `w${i}` : `x${i}`]));
        expect(await edits(output.join(" "), reference.join(" "))).toBe(levenshtein(output, reference));
      }),
    );
  });

  it("does not depend on the order of samples", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(words, words), { minLength: 1, maxLength: 5 }), async (pairs) => {
        const stats = await Promise.all(
          pairs.map(async ([a, b]) => statsOf(await judged(judge, a.join(" "), b.join(" ")))),
        );
        expect(total(metric, stats.toReversed())).toBe(total(metric, stats));
      }),
    );
  });
});

describe("ter of hostile text", () => {
  it.each(["", " \u{1c}\u{3000}", "\0", "\ud800", "\udc00\ud800 x", "\u{10ffff}", "\ufeff", "'s ", "\n-", "&amp;"])(
    "needs no edit from %j to itself",
    async (hostile) => {
      for (const options of [{}, { normalized: true, asian_support: true, no_punct: true }]) {
        expect(await valueOf(ter.create(options, {}), "ter", hostile, hostile)).toBe(0);
      }
    },
  );

  it("scores any text without throwing", async () => {
    const any = fc.string({ unit: "binary", maxLength: 40 });
    const options = fc.record({ normalized: fc.boolean(), no_punct: fc.boolean(), asian_support: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(options, any, any, async (chosen, output, reference) => {
        expect(await valueOf(ter.create(chosen, {}), "ter", output, reference)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it("tells apart the normalisation forms of a text", async () => {
    const forms = (["NFC", "NFD", "NFKC", "NFKD"] as const).map((form) => "Åﬁn".normalize(form));
    for (const form of forms) {
      for (const other of forms) expect(await edits(form, other)).toBe(form === other ? 0 : 1);
    }
  });

  it.each([
    [1, 400],
    [400, 1],
    [3, 5000],
  ])("reaches the end of texts of %d and %d words", async (short, long) => {
    const text = (length: number): string => Array.from({ length }, (_, i) => `w${i % 7}`).join(" ");
    expect(await edits(text(short), text(long))).toBeGreaterThanOrEqual(Math.abs(long - short));
  });

  it("gets through a segment of a megabyte", async () => {
    const text = (factor: number): string =>
      Array.from({ length: 170_000 }, (_, i) => `w${(i * factor) % 50_000}`).join(" ");
    expect(await valueOf(judge, "ter", text(7919), text(6007))).toBeGreaterThan(50);
  });
});
