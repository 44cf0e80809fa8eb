import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { speakScreen } from "../../src/tui/screen/spoken.ts";
import { onBench, openToy, type Bench, type OpenToy } from "./toy-run.ts";

describe("for a screen reader", () => {
  let toy: OpenToy;

  beforeAll(async () => {
    toy = await openToy();
  });

  afterAll(() => toy[Symbol.asyncDispose]());

  const spoken = (bench: Bench): string => speakScreen(bench.state(), bench.scene()).join(" ");

  test("every screen is sentences without drawings", async () => {
    const bench = onBench(toy.session);
    for (const keys of [[], ["2"], ["j", "s", "j"], ["G"], ["3"], ["4"], ["?"], ["?", "3", "/", "q"]]) {
      await bench.press(...keys);
      expect(spoken(bench)).toMatch(/\w/u);
      expect(spoken(bench)).not.toMatch(/[─-╿▀-▟⠀-⣿▲▼▶]/u);
    }
  });

  test("the run begins with its verdict, a cell with its place and its change", async () => {
    const bench = onBench(toy.session);
    expect(spoken(bench)).toMatch(/^Run of toy\. Verdict: overfit\. /u);
    await bench.press("2");
    expect(spoken(bench)).toMatch(
      /^quiz\/exact_match, checkpoint-30: 50\.0, plus or minus \d+\.\d\. −40\.0 against the base, significant; 6 fixed, 30 broken\. Row 1 of \d/u,
    );
  });

  test("a sample is its prompt, its reference and both answers", async () => {
    const bench = onBench(toy.session);
    await bench.press("3", "j");
    expect(spoken(bench)).toMatch(/Sample 2 of 60, q1\. .*Prompt: question 1 Reference: answer number 1/u);
    expect(spoken(bench)).toMatch(/checkpoint-30, score 0\.0: answer letter 1$/u);
  });
});
