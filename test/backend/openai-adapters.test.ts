import { describe, expect, it } from "vitest";
import { lookOf } from "../fixtures/servers/profiles.ts";
import type { Behaviour, Received, ScriptedServer } from "../fixtures/servers/scripted.ts";
import { ask, bodies, open, refusal, serve } from "./openai-kit.ts";

describe("a LoRA adapter", () => {
  const adapterOf = (server: ScriptedServer, path: string): readonly unknown[] =>
    server.received.filter(({ url }) => url === path).map(({ body }) => JSON.parse(body) as unknown);
  const answer =
    (behaviour: Behaviour) =>
    ({ url }: Received): Behaviour | undefined =>
      url.includes("lora") ? behaviour : undefined;
  const loaded = answer({ do: "text", text: "Success: LoRA adapter added" });

  it("that is loaded is asked by its name", async () => {
    const server = await serve(lookOf("vLLM"));
    await ask(await open(server, { modelName: "title-100" }), "x");
    expect(bodies(server)).toEqual([expect.objectContaining({ model: "title-100" })]);
  });

  it("is loaded by vLLM where that is allowed, and unloaded in the end", async () => {
    const server = await serve(lookOf("vLLM"), loaded);
    const target = { modelName: "title-300", adapter: "/adapters/300", options: { load_adapters: true } };
    const backend = await open(server, target);
    await ask(backend, "x");
    expect(adapterOf(server, "/v1/load_lora_adapter")).toEqual([
      { lora_name: "title-300", lora_path: "/adapters/300" },
    ]);
    expect(adapterOf(server, "/v1/chat/completions")).toEqual([expect.objectContaining({ model: "title-300" })]);
    await backend[Symbol.asyncDispose]();
    expect(adapterOf(server, "/v1/unload_lora_adapter")).toEqual([{ lora_name: "title-300" }]);
  });

  it("is named beside the base by SGLang", async () => {
    const server = await serve(lookOf("SGLang"), loaded);
    const target = { modelName: "title-300", adapter: "/adapters/300", options: { load_adapters: true } };
    await ask(await open(server, target), "x");
    expect(adapterOf(server, "/load_lora_adapter")).toHaveLength(1);
    expect(bodies(server).at(-1)).toMatchObject({ model: "base-7b", lora_path: "title-300" });
  });

  it("is not loaded where the suite does not allow it, where the server cannot, or will not", async () => {
    const target = { modelName: "title-300", adapter: "/adapters/300" };
    const allowed = { ...target, options: { load_adapters: true } };
    const vllm = await serve(lookOf("vLLM"), answer({ do: "answer", status: 404, json: { detail: "Not Found" } }));
    expect((await refusal(open(vllm, target))).hint).toContain("load_adapters: true");
    expect(vllm.received).toHaveLength(0);
    expect((await refusal(open(vllm, allowed))).hint).toContain("VLLM_ALLOW_RUNTIME_LORA_UPDATING");
    const ollama = await serve(lookOf("Ollama"));
    expect((await refusal(open(ollama, allowed))).message).toContain("Ollama 0.13.0 loads no LoRA adapters");
  });

  it("that was loaded before under its name is used as it is, and stays", async () => {
    const message = "The lora adapter 'title-300' has already been loaded.";
    const server = await serve(lookOf("vLLM"), answer({ do: "answer", status: 400, json: { message } }));
    const target = { modelName: "title-300", adapter: "/adapters/300", options: { load_adapters: true } };
    const backend = await open(server, target);
    await backend[Symbol.asyncDispose]();
    expect(adapterOf(server, "/v1/unload_lora_adapter")).toEqual([]);
  });
});
