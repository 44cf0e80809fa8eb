import { describe, expect, it } from "vitest";

import { jaccard, shingleSet, writeSignature, BINS } from "../../../src/dataset/check/minhash.ts";
import { createNearIndex } from "../../../src/dataset/check/near-index.ts";
import { createPairVerifier, leastAgreement } from "../../../src/dataset/check/verify-pairs.ts";
import { pcg64 } from "../../../src/stats/pcg64.ts";

const random = pcg64(11);
const letters = (n: number): string => String.fromCharCode(...random.below(26, n).map((letter) => letter + 97));
const sentence = (words: number): string => Array.from({ length: words }, () => letters(6)).join(" ");

/** A text that is a little more than 0.8 like the original. */
function variant(original: string): string {
  const before = shingleSet(original);
  for (;;) {
    let text = original;
    for (let similarity = 1; similarity > 0.84;) {
      const at = random.below(text.length, 1)[0] ?? 0;
      text = `${text.slice(0, at)}${letters(1)}${text.slice(at + 1)}`;
      similarity = jaccard(before, shingleSet(text));
      if (similarity >= 0.8 && similarity <= 0.84) return text;
    }
  }
}

describe("the index of near duplicates", () => {
  it.each([12, 30])("finds at least 95 in 100 planted texts of %i words at a Jaccard similarity of 0.8", (words) => {
    const texts = Array.from({ length: 1500 }, () => sentence(words));
    const planted = texts.slice(0, 300).map(variant);
    const index = createNearIndex();
    for (const [key, text] of [...texts, ...planted].entries()) index.add(text, key);
    const verifier = createPairVerifier(index.candidates(leastAgreement(0.8)), 0.8);
    for (const [key, text] of [...texts, ...planted].entries()) verifier.look(key, text);
    const found = verifier.similar.filter(({ later, earlier }) => later - texts.length === earlier);
    expect(found.length).toBeGreaterThanOrEqual(285);
    expect(verifier.similar.filter(({ similarity }) => similarity < 0.8)).toEqual([]);
    expect(verifier.similar.length).toBe(found.length);
  });

  it("estimates the similarity by the share of agreeing bins", () => {
    const errors = Array.from({ length: 100 }, () => {
      const a = sentence(40);
      const b = variant(a);
      const signatures = new Uint16Array(2 * BINS);
      writeSignature(a, signatures, 0);
      writeSignature(b, signatures, BINS);
      let equal = 0;
      for (let bin = 0; bin < BINS; bin++) equal += signatures[bin] === signatures[BINS + bin] ? 1 : 0;
      return equal / BINS - jaccard(shingleSet(a), shingleSet(b));
    });
    // The mean of a hundred estimates with a standard deviation of 0.04 each.
    expect(Math.abs(errors.reduce((sum, error) => sum + error, 0) / errors.length)).toBeLessThan(0.015);
  });

  it("crosses a split only where asked to", () => {
    const index = createNearIndex();
    const text = sentence(20);
    for (const key of [0, 1, 2, 3]) index.add(text, key);
    const pairs = index.candidates(0.7, 2).map(({ later, earlier }) => `${later}-${earlier}`);
    expect(pairs.toSorted()).toEqual(["2-0", "2-1", "3-0", "3-1"]);
  });

  it("takes texts shorter than a shingle", () => {
    const index = createNearIndex();
    for (const [key, text] of ["a", "a", "b", "ab"].entries()) index.add(text, key);
    expect(index.candidates(0.7)).toEqual([{ later: 1, earlier: 0 }]);
  });
});
