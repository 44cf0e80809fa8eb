import { describe, expect, it } from "vitest";

import type { PromptToken } from "../../src/backend/prompt-codec.ts";
import { promptWarnings } from "../../src/run/prompts/prompt-warning.ts";

const bos: PromptToken = { id: 1, piece: "<s>", isSpecial: true };
const word: PromptToken = { id: 9, piece: " a", isSpecial: false };

function kinds(seen: Partial<Parameters<typeof promptWarnings>[0]>): string[] {
  const quiet = { rendered: "a", tokens: [bos, word], window: Infinity, maxTokens: 0, isChat: false };
  return promptWarnings({ ...quiet, ...seen }).map(({ kind }) => kind);
}

describe("warnings on a prompt", () => {
  it("are none for a good one", () => {
    expect(kinds({})).toEqual([]);
    expect(kinds({ rendered: "Term: x\nTitle:\n" })).toEqual([]);
    expect(kinds({ tokens: [word, word] })).toEqual([]);
  });

  it("find a doubled beginning", () => {
    expect(kinds({ tokens: [bos, bos, word] })).toEqual(["doubled-bos"]);
  });

  it("find a space before the completion, but not in a chat, where the template goes on", () => {
    expect(kinds({ rendered: "Title: " })).toEqual(["trailing-space"]);
    expect(kinds({ rendered: "Title: ", isChat: true })).toEqual([]);
  });

  it.each([
    "<|im_start|>user\nhello<|im_end|>\n",
    "<|start_header_id|>user<|end_header_id|>\n\nhello<|eot_id|>",
    "<start_of_turn>user\nhello<end_of_turn>\n",
    "[INST] hello",
  ])("find a chat that nobody is asked to go on with: %j", (rendered) => {
    expect(kinds({ rendered })).toEqual(["no-generation-prompt"]);
  });

  it.each([
    "<|im_start|>user\nhello<|im_end|>\n<|im_start|>assistant\n",
    "<|start_header_id|>user<|end_header_id|>\n\nhello<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
    "<start_of_turn>user\nhello<end_of_turn>\n<start_of_turn>model\n",
    "[INST] hello [/INST]",
  ])("leave an opened turn alone: %j", (rendered) => {
    expect(kinds({ rendered })).toEqual([]);
  });

  it("find prompts that leave no room for the answer", () => {
    expect(kinds({ window: 10, maxTokens: 8 })).toEqual([]);
    expect(kinds({ window: 10, maxTokens: 9 })).toEqual(["too-long"]);
  });
});
