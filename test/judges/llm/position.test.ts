import { describe, expect, it } from "vitest";

import { inBothOrders } from "../../../judges/llm/ballot.ts";
import { llm } from "../../../judges/llm.ts";
import { metricOf, sampleWith, statsOf, total, written } from "../samples.ts";
import { askedBy, verdict } from "./asker.ts";

const between = (prompt: string, label: string): string =>
  new RegExp(`<<<${label} .*\\n([^]*?)\\n.* ${label}>>>`).exec(prompt)?.[1] ?? "";

describe("a comparison in both orders", () => {
  it.each([
    ["wins both times", 1, 1, { rating: 2, lean: 0 }],
    ["loses both times", -1, -1, { rating: 0, lean: 0 }],
    ["ties both times", 0, 0, { rating: 1, lean: 0 }],
    ["wins only where it stands first", 1, -1, { rating: 1, lean: 1 }],
    ["wins only where it stands second", -1, 1, { rating: 1, lean: -1 }],
    ["wins first and ties second", 1, 0, { rating: 1, lean: 1 }],
    ["ties first and wins second", 0, 1, { rating: 1, lean: -1 }],
    ["loses first and ties second", -1, 0, { rating: 1, lean: -1 }],
  ])("of an answer that %s", (_, first, second, expected) => {
    expect(inBothOrders(first, second)).toEqual(expected);
  });

  it("shows each answer first once, and a judge that always prefers what stands first gives ties and is found out", async () => {
    const context = askedBy((prompt) => verdict(prompt, { winner: "A" }));
    const judge = llm.create({ model: "m", against: "reference" }, context);
    const stats = [];
    for (const answer of ["one", "two", "three"]) {
      stats.push(statsOf(await judge.score(written(answer), sampleWith(["another"]))));
    }
    expect(context.asked.map(({ prompt }) => [between(prompt, "ANSWER A"), between(prompt, "ANSWER B")])).toEqual(
      ["one", "two", "three"].flatMap((answer) => [
        [answer, "another"],
        ["another", answer],
      ]),
    );
    expect(total(metricOf(judge, "llm_win_rate"), stats)).toBe(50);
    expect(total(metricOf(judge, "position_bias"), stats)).toBe(100);
  });

  it("gives a judge that looks at the answers its way, without any position bias", async () => {
    const context = askedBy((prompt) =>
      verdict(prompt, { winner: between(prompt, "ANSWER A").length > between(prompt, "ANSWER B").length ? "A" : "B" }),
    );
    const judge = llm.create({ model: "m", against: "reference" }, context);
    const stats = [];
    for (const answer of ["a long answer", "no", "a longer answer", "hm"]) {
      stats.push(statsOf(await judge.score(written(answer), sampleWith(["middling"]))));
    }
    expect(stats.map((each) => metricOf(judge, "llm_win_rate").perSample(each))).toEqual([100, 0, 100, 0]);
    expect(total(metricOf(judge, "position_bias"), stats)).toBe(0);
  });

  it("calls equal answers a tie without asking", async () => {
    const context = askedBy(() => "");
    const judge = llm.create({ model: "m", against: "reference" }, context);
    const stats = statsOf(await judge.score(written("the same"), sampleWith(["the same"])));
    expect(metricOf(judge, "llm_win_rate").perSample(stats)).toBe(50);
    expect(context.asked).toEqual([]);
  });
});
