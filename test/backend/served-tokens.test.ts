import { describe, expect, it } from "vitest";

import { openTokenAsker, type ServedTokens } from "../../src/backend/served-tokens.ts";
import { startScripted, type Behaviour, type Received } from "../fixtures/servers/scripted.ts";

const NOT_FOUND: Behaviour = { do: "answer", status: 404, json: { error: "no such path" } };

async function ask(
  script: (request: Received, body: Readonly<Record<string, unknown>>) => unknown,
  options: Readonly<Record<string, unknown>>,
): Promise<ServedTokens | null> {
  await using server = await startScripted((request) => {
    const json = script(request, JSON.parse(request.body) as Record<string, unknown>);
    return json === null ? NOT_FOUND : { do: "answer", json };
  });
  await using asker = await openTokenAsker({ path: `${server.origin}/v1`, options, modelName: "m" });
  const found = await asker.ask("a colour", new AbortController().signal);
  return found;
}

describe("tokens of a served model", () => {
  it("come from vLLM, chats through its own template", async () => {
    const vllm = ({ url }: Received, body: Readonly<Record<string, unknown>>): unknown => {
      if (url !== "/tokenize" || "content" in body) return null;
      const isChat = Array.isArray(body["messages"]) && body["add_generation_prompt"] === true;
      const strings = isChat ? ["<s>", "<s>", "[INST]", " a"] : ["<s>", " a", " colour"];
      return { count: strings.length, max_model_len: 99, tokens: strings.map((_, id) => id), token_strs: strings };
    };
    expect(await ask(vllm, { api: "completions" })).toEqual({
      rendered: "a colour",
      window: 99,
      tokens: [
        { id: 0, piece: "<s>", isSpecial: true },
        { id: 1, piece: " a", isSpecial: false },
        { id: 2, piece: " colour", isSpecial: false },
      ],
    });
    expect(await ask(vllm, {})).toMatchObject({ rendered: null, tokens: { length: 4 } });
  });

  it("come from llama.cpp, with the text that its template makes", async () => {
    const llamaCpp = ({ url }: Received, body: Readonly<Record<string, unknown>>): unknown => {
      if (url === "/apply-template") return { prompt: "<|user|>a colour<|assistant|>" };
      if (url !== "/tokenize" || typeof body["content"] !== "string") return null;
      return { tokens: [{ id: 7, piece: body["content"] }] };
    };
    const chat = await ask(llamaCpp, { system: "be brief" });
    expect(chat).toMatchObject({ rendered: "<|user|>a colour<|assistant|>", tokens: [{ id: 7 }], window: null });
    expect(await ask(llamaCpp, { api: "completions" })).toMatchObject({ rendered: "a colour" });
  });

  it("come from TGI", async () => {
    const tgi = ({ url }: Received, body: Readonly<Record<string, unknown>>): unknown =>
      url === "/tokenize" && "inputs" in body ? [{ id: 3, text: "a", start: 0, stop: 1 }] : null;
    expect(await ask(tgi, { api: "completions" })).toMatchObject({ tokens: [{ id: 3, piece: "a" }] });
  });

  it("are not made up where a server has no such call", async () => {
    expect(await ask(() => null, {})).toBeNull();
    expect(await ask(() => ({ tokens: "many" }), { api: "completions" })).toBeNull();
  });
});
