import { describe, expect, it } from "vitest";

import { repeatedQuestions } from "../../src/run/repeated-questions.ts";

describe("repeated questions", () => {
  it("are counted within their reach and forgotten beyond twice of it", () => {
    const asked = repeatedQuestions(10);
    for (const question of ["a", "b", "a", "a"]) asked.add(question);
    expect(asked.count).toBe(2);
    for (let i = 0; i < 9; i++) asked.add(`one ${i}`);
    asked.add("b");
    expect(asked.count).toBe(3);
    for (let i = 0; i < 20; i++) asked.add(`two ${i}`);
    asked.add("b");
    expect(asked.count).toBe(3);
  });
});
