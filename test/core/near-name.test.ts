import { describe, expect, it } from "vitest";

import { didYouMean, nearName } from "../../src/core/near-name.ts";

describe("near names", () => {
  it.each([
    ["datset", ["task", "dataset", "prompt"], "dataset"],
    ["vlm", ["onnx", "vllm", "openai"], "vllm"],
    ["trem", ["title", "term"], "term"],
    ["maxTokens", ["max_tokens", "top_k"], "max_tokens"],
    ["rogue", ["bleu", "rouge"], "rouge"],
    ["judge", ["judges"], "judges"],
    ["kid", ["id", "kind"], "kind"],
  ])("take %s of %j for %s", (name, candidates, meant) => {
    expect(nearName(name, candidates)).toBe(meant);
  });

  it("leave alone what looks like nothing, and what is there", () => {
    expect(nearName("perplexity", ["bleu", "rouge"])).toBeUndefined();
    expect(nearName("bleu", ["bleu"])).toBeUndefined();
    expect(nearName("x".repeat(1000), ["x".repeat(1001)])).toBeUndefined();
    expect(nearName("a", ["b"])).toBeUndefined();
  });

  it("ask politely", () => {
    expect(didYouMean("blue", ["bleu"])).toBe('did you mean "bleu"?');
    expect(didYouMean("zebra", ["bleu"])).toBeUndefined();
  });
});
