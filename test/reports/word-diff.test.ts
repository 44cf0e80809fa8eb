import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { wordDiff } from "../../reports/word-diff.ts";

function marked(before: string, after: string): string {
  return wordDiff(before, after)
    .map(({ kind, text }) => (kind === "same" ? text : kind === "added" ? `{+${text}+}` : `[-${text}-]`))
    .join("");
}

describe("wordDiff", () => {
  test.each([
    ["3 × 14 = 42", "3 × 14 = 34. Let me check.", "3 × 14 = [-42-]{+34. Let me check.+}"],
    ["the red kite", "the kite", "the [-red -]kite"],
    ["", "all new", "{+all new+}"],
    ["same", "same", "same"],
  ])("from %j to %j", (before, after, expected) => {
    expect(marked(before, after)).toBe(expected);
  });

  test("does not cut a rewritten sentence into confetti", () => {
    expect(marked("one, two, three end", "four, five, six end")).toBe("[-one, two, three-]{+four, five, six+} end");
  });

  test("holds both texts exactly, whatever they are", () => {
    const words = fc.array(fc.constantFrom("a", "b", "c", " ", "\n", ", ", "é", "\ud800", "👩‍🔬"), { maxLength: 40 });
    fc.assert(
      fc.property(words, words, (a, b) => {
        const [before, after] = [a.join(""), b.join("")];
        const parts = wordDiff(before, after);
        const side = (skip: string): string =>
          parts
            .filter(({ kind }) => kind !== skip)
            .map(({ text }) => text)
            .join("");
        expect(side("added")).toBe(before);
        expect(side("removed")).toBe(after);
      }),
      { numRuns: 400 },
    );
  });

  test("finds a shortest script: a text with words taken out keeps all of the others", () => {
    const words = fc.array(fc.tuple(fc.constantFrom("a", "b", "c"), fc.boolean()), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(words, (list) => {
        const whole = list.map(([word]) => word).join(" ");
        const part = list.flatMap(([word, isKept]) => (isKept ? [word] : [])).join(" ");
        const kept = wordDiff(whole, part).flatMap(({ kind, text }) =>
          kind === "same" ? (text.match(/\w/gu) ?? []) : [],
        );
        expect(kept.join(" ")).toBe(part);
      }),
    );
  });

  test("gives up on very long rewrites instead of the reader's time", () => {
    const before = Array.from({ length: 60_000 }, (_, i) => `a${i}`).join(" ");
    const after = Array.from({ length: 60_000 }, (_, i) => `b${i}`).join(" ");
    expect(wordDiff(before, after)).toHaveLength(2);
  });
});
