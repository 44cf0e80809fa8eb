import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { verdictReader } from "../../../judges/llm/verdict.ts";

const reader = verdictReader("score", [1, 2, 3, 4, 5]);
const good = { nonce: "abc", reason: "It is right.", score: 4 };
const read = (reply: unknown): ReturnType<typeof reader.read> =>
  reader.read(typeof reply === "string" ? reply : JSON.stringify(reply), "abc");

describe("a verdict", () => {
  it.each([
    ["as it was asked for", JSON.stringify(good)],
    ["with white space around", `\n ${JSON.stringify(good, null, 2)}\n`],
    ["in a Markdown fence of its own", `\`\`\`json\n${JSON.stringify(good)}\n\`\`\``],
    ["after the thoughts of a reasoning model", `<think>{"score": 1}, no …</think>\n${JSON.stringify(good)}`],
  ])("is read %s", (_, reply) => {
    expect(read(reply)).toEqual({ kind: "verdict", value: 4 });
  });

  it.each([
    ["no reply", "", "not JSON"],
    ["prose", "I would give it a 5.", "not JSON"],
    ["a verdict inside prose", `Here it is: ${JSON.stringify(good)}`, "not JSON"],
    ["two verdicts", `${JSON.stringify(good)}\n${JSON.stringify(good)}`, "not JSON"],
    ["a cut reply", JSON.stringify(good).slice(0, -3), "not JSON"],
    ["a verdict with another nonce", { ...good, nonce: "abd" }, "nonce"],
    ["a verdict without a nonce", { reason: "", score: 4 }, "nonce"],
    ["a score beyond the scale", { ...good, score: 10 }, "score"],
    ["a score as text", { ...good, score: "4" }, "score"],
    ["half a score", { ...good, score: 4.5 }, "score"],
    ["no score", { nonce: "abc", reason: "" }, "score"],
    ["more than was asked for", { ...good, confidence: 1 }, "additional"],
    ["a list", [good], "object"],
    ["thoughts that never end", `<think>hm ${JSON.stringify(good)}`, "not JSON"],
    ["nothing but null", "null", "object"],
  ])("is never made of %s", (_, reply, reason) => {
    const reading = read(reply);
    expect(reading.kind).toBe("unusable");
    expect(reading).toHaveProperty("reason", expect.stringContaining(reason));
  });

  it("is one of the names of a scale with names", () => {
    const named = verdictReader("winner", ["A", "B", "tie"]);
    const reply = (winner: string): string => JSON.stringify({ nonce: "n", reason: "", winner });
    expect(named.read(reply("tie"), "n")).toEqual({ kind: "verdict", value: "tie" });
    expect(named.read(reply("C"), "n").kind).toBe("unusable");
  });

  it("is never made of arbitrary text or JSON, and reading does not throw", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.json()), (reply) => {
        expect(read(reply).kind).toBe("unusable");
      }),
    );
  });
});
