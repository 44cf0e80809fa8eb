import { describe, expect, it } from "vitest";

import type { Completion } from "../../../src/core/completion.ts";
import { createRecentAnswers } from "../../../src/run/cache/recent-answers.ts";

function answer(text: string): readonly Completion[] {
  return [{ text, finish: "stop" }];
}

describe("recent answers", () => {
  it("forget the one used longest ago when there are too many", () => {
    const recent = createRecentAnswers({ answers: 2, characters: 1_000 });
    recent.put("a", answer("first"));
    recent.put("b", answer("second"));
    expect(recent.get("a")?.[0]?.text).toBe("first");
    recent.put("c", answer("third"));
    expect(recent.get("b")).toBeNull();
    expect(recent.get("a")?.[0]?.text).toBe("first");
    expect(recent.get("c")?.[0]?.text).toBe("third");
  });

  it("forget when the texts become too long together, also one that is replaced", () => {
    const recent = createRecentAnswers({ answers: 100, characters: 10 });
    recent.put("a", answer("1234"));
    recent.put("a", answer("12345"));
    recent.put("b", answer("12345"));
    expect([recent.get("a"), recent.get("b")].map((found) => found?.[0]?.text)).toEqual(["12345", "12345"]);
    recent.put("c", answer("1"));
    expect(recent.get("a")).toBeNull();
    recent.put("d", answer("x".repeat(11)));
    expect(["b", "c", "d"].map((key) => recent.get(key))).toEqual([null, null, null]);
  });
});
