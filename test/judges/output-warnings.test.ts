import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { hasLoop, outputWarnings } from "../../judges/output-warnings.ts";
import { dominantScript } from "../../judges/warning/script.ts";
import type { FinishReason } from "../../src/core/completion.ts";

function warningsOf(
  text: string,
  about: { readonly references?: readonly string[]; readonly finish?: FinishReason; readonly input?: string } = {},
): string[] {
  const { references = [], finish = "stop", input = "" } = about;
  return outputWarnings({ text, finish }, { id: "1", input, references, metadata: {} });
}

describe("warnings beside a score", () => {
  it("are none for an ordinary answer", () => {
    expect(warningsOf("A small boat leaves at noon.", { references: ["At noon a small boat leaves."] })).toEqual([]);
  });

  it.each([
    [
      "an answer cut off at the token limit",
      "About as lo",
      { finish: "length", references: ["About as long."] },
      ["truncated"],
    ],
    [
      "a model that does not stop",
      "It is a boat. It is also red, and moreover it has two masts and a crew of nine.",
      { finish: "length", references: ["It is a boat."] },
      ["truncated", "no_end_of_text"],
    ],
    ["a cut answer without references", "Anything", { finish: "length" }, ["truncated"]],
    ["text that the server withheld", "I", { finish: "filter" }, ["withheld"]],
    ["an empty answer", " \n", { references: ["x"] }, ["empty"]],
    ["a loop of words", "no no no no no", {}, ["repeats"]],
    ["a loop of phrases", "and then we go ".repeat(5), {}, ["repeats"]],
    [
      "a copy of the prompt",
      "Where does the old ferry go on Sundays in winter?",
      { input: "Q: Where does the old ferry go on Sundays in winter? A:" },
      ["copied_prompt"],
    ],
    [
      "an answer in another script",
      "Паром уходит в семь.",
      { references: ["The ferry leaves at seven."] },
      ["wrong_script"],
    ],
  ] as const)("tell of %s", (_, text, about, expected) => {
    expect(warningsOf(text, about)).toEqual(expected);
  });

  it("are never given for a choice by log-probability", () => {
    expect(warningsOf("", { finish: "scored" })).toEqual([]);
  });

  it("cost little for a short answer", () => {
    const times = Array.from({ length: 5 }, () => {
      const start = performance.now();
      for (let i = 0; i < 2_000; i++) {
        warningsOf("The ferry leaves at seven in the morning.", { references: ["At 7 a.m. the boat departs."] });
      }
      return (performance.now() - start) / 2;
    });
    // Microseconds; the best of five, since other work may run beside.
    expect(Math.min(...times)).toBeLessThan(20);
  });

  it("never throw, whatever the text", () => {
    const text = fc.string({ unit: "binary", maxLength: 200 });
    fc.assert(
      fc.property(text, text, (output, reference) => {
        for (const finish of ["stop", "length"] as const) warningsOf(output, { finish, references: [reference] });
      }),
    );
  });
});

describe("the script of a text", () => {
  it.each([
    ["Une phrase française, déjà vue", "Latin"],
    ["Η γάτα κοιμάται", "Greek"],
    ["Кот спит на диване", "Cyrillic"],
    ["החתול ישן", "Hebrew"],
    ["القطة نائمة", "Arabic"],
    ["बिल्ली सो रही है", "Devanagari"],
    ["แมวกำลังนอน", "Thai"],
    ["고양이가 자고 있다", "Hangul"],
    ["猫在沙发上睡觉", "Han"],
    ["猫がソファで寝ている", "Japanese"],
    ["𠀀𠀁𠀂𠀃", "Han"],
    ["Die Katze heißt Мурка", "Latin"],
  ])("of %s is %s", (text, script) => {
    expect(dominantScript(text)?.script).toBe(script);
  });

  it.each(["", "42", "abc", "1,5 × 3 = 4,5 €", "ab вг", "👍👍👍👍👍"])("of %j cannot be told", (text) => {
    expect(dominantScript(text)).toBeNull();
  });

  it("may differ between references, and a short Japanese text may have no kana", () => {
    expect(warningsOf("Паром уходит.", { references: ["The ferry leaves.", "Паром уходит в семь."] })).toEqual([]);
    expect(warningsOf("東京都庁", { references: ["東京都の庁舎です"] })).toEqual([]);
    expect(
      warningsOf("渡轮早上七点离开港口,然后在晚上九点半回到这里。", { references: ["フェリーは朝七時に出ます"] }),
    ).toEqual(["wrong_script"]);
    expect(warningsOf("42", { references: ["сорок два"] })).toEqual([]);
    expect(warningsOf("сорок два", { references: ["42"] })).toEqual([]);
  });
});

describe("a loop", () => {
  it("is at least four times the same one to eight words, or thirty-two times one character", () => {
    expect(hasLoop("very very very good")).toBe(false);
    expect(hasLoop("x".repeat(32))).toBe(true);
    expect(hasLoop("-".repeat(80))).toBe(false);
    expect(hasLoop("a b c d e f g h ".repeat(4).trim())).toBe(true);
    expect(hasLoop("a b c d e f g h i ".repeat(4).trim())).toBe(false);
  });
});
