import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { compilePattern } from "../../../judges/answers/pattern.ts";
import { EvalhError } from "../../../src/core/errors.ts";

/** Patterns whose parts never match nothing: where they can, engines differ in what a repetition of nothing captures. */
const solid: fc.Arbitrary<string> = fc.letrec<{ atom: string; part: string; sequence: string; pattern: string }>(
  (tie) => ({
    atom: fc.oneof(
      { maxDepth: 2 },
      fc.constantFrom("a", "b", "c", ".", "[ab]", "[^a]", "\\w", "\\d", "\\s", "[b-c_]"),
      tie("pattern").map((inner) => `(${inner})`),
      tie("pattern").map((inner) => `(?:${inner})`),
    ),
    part: fc.tuple(tie("atom"), fc.constantFrom("", "", "+", "{2}", "{1,3}", "+?")).map((both) => both.join("")),
    sequence: fc
      .tuple(
        fc.constantFrom("", "", "^", "\\b", "[ab]*", "c?"),
        fc.array(tie("part"), { minLength: 1, maxLength: 3 }),
        fc.constantFrom("", "", "$", "\\B", ".*?", "(?:b|c)?"),
      )
      .map(([start, parts, end]) => start + parts.join("") + end),
    pattern: fc.array(tie("sequence"), { minLength: 1, maxLength: 2 }).map((options) => options.join("|")),
  }),
).pattern;
const text = fc
  .array(fc.constantFrom("a", "b", "c", "1", " ", "_", "\n"), { maxLength: 12 })
  .map((parts) => parts.join(""));

describe("compared with JavaScript's engine", () => {
  it("finds the same match", () => {
    fc.assert(
      fc.property(solid, text, (source, input) => {
        expect(compilePattern(`(${source})`).find(input)).toBe(new RegExp(source, "u").exec(input)?.[0]);
      }),
      { numRuns: 600 },
    );
  });

  it("removes the same matches", () => {
    fc.assert(
      fc.property(solid, text, (source, input) => {
        expect(compilePattern(source).remove(input)).toBe(input.replace(new RegExp(source, "gu"), ""));
      }),
      { numRuns: 300 },
    );
  });

  it("agrees whether a whole text matches", () => {
    fc.assert(
      fc.property(solid, text, fc.boolean(), (source, input, ignoreCase) => {
        const expected = new RegExp(`^(?:${source})$`, ignoreCase ? "iu" : "u").test(input);
        expect(compilePattern(source, { whole: true, ignoreCase }).test(input)).toBe(expected);
      }),
      { numRuns: 300 },
    );
  });
});

it.each([
  ["#### (\\-?[0-9\\.\\,]+)", "so it is\n#### -1,024.5", "-1,024.5"],
  ["answer is \\(?([A-D])\\)?", "The answer is (C).", "C"],
  ["(?i)yes|no", "NO way", "NO"],
  ["(?s)<a>(.*)</a>", "<a>1\n2</a>", "1\n2"],
  ["(?m)^x=(\\d+)$", "y=1\nx=22\n", "22"],
  ["(?P<year>\\d{4})", "in 1986", "1986"],
  ["(?<year>\\d{4})", "in 1986", "1986"],
  ["[]x]+", "a]x", "]x"],
  ["[^\\]]+", "ab]", "ab"],
  ["\\Aab\\Z", "ab", "ab"],
  ["\\u{1F6A2}+", "to 🚢🚢 sea", "🚢🚢"],
  ["[🚢-🚣]", "🚣", "🚣"],
  ["\\p{Lu}\\p{Ll}+", "über Äcker", "Äcker"],
  ["\\x41\\t\\.", "A\t.", "A\t."],
  [".", "\ud83d", "\ud83d"],
  ["a{2,3}?", "aaaa", "aa"],
  ["x*", "aaa", ""],
  ["", "aaa", ""],
  ["colou?r", "color", "color"],
  ["{", "{", "{"],
])("finds with %s in %j the text %j", (source, input, expected) => {
  expect(compilePattern(source).find(input)).toBe(expected);
});

it("gives nothing where the group took no part in the match", () => {
  expect(compilePattern("a|(b)").find("a")).toBeUndefined();
  expect(compilePattern("a|b").find("x")).toBeUndefined();
});

it.each([
  ["(", "a ) is missing"],
  ["a)", "without its ("],
  ["[a", "a ] is missing"],
  ["*a", "nothing to repeat"],
  ["a**", "nothing to repeat"],
  ["a{3,2}", "wrong way round"],
  ["(?=a)", "not supported"],
  ["(?<!a)b", "not supported"],
  ["(a)\\1", "escape is not supported"],
  ["\\q", "escape is not supported"],
  ["\\p{Nonsense}", "no such set"],
  ["[c-a]", "no such set"],
  ["(?:a{60}){100}", "too large"],
])("refuses %s and says why", (source, why) => {
  expect(() => compilePattern(source)).toThrow(EvalhError);
  expect(() => compilePattern(source)).toThrow(why);
});

it("refuses groups nested so deeply that parsing would overflow the stack", () => {
  expect(() => compilePattern("(".repeat(50_000))).toThrow("too deeply");
});

it("item 15: matches in linear time what makes JavaScript's engine run for ages", { timeout: 5000 }, () => {
  const input = `${"a".repeat(20_000)}!`;
  expect(compilePattern("(a+)+$").test(input)).toBe(false);
  expect(compilePattern("(a|a)*b").test(input)).toBe(false);
  expect(compilePattern("(?:a?){2400}!").test("a!")).toBe(true);
  expect(compilePattern(`${"a?".repeat(40)}${"a".repeat(40)}`).test("a".repeat(40))).toBe(true);
});

it("removes whole characters, never half of one", () => {
  expect(compilePattern("x*|[^🚢]").remove("🚢x🚢")).toBe("🚢🚢");
});

it("item 15: gives up on removals that would take quadratic time", { timeout: 20_000 }, () => {
  expect(() => compilePattern("a(.*z)?").remove("a".repeat(100_000))).toThrow("takes too long");
});
