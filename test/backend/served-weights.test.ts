import { describe, expect, it } from "vitest";

import { openai } from "../../src/backend/openai.ts";
import { startScripted, type Behaviour, type Received } from "../fixtures/servers/scripted.ts";

/** What a server with these answers to GET requests tells of its weights. */
async function told(calls: Readonly<Record<string, unknown>>, model = "m"): Promise<string | undefined> {
  const look = ({ url }: Received): Behaviour | undefined =>
    calls[url] === undefined ? undefined : { do: "answer", json: calls[url] };
  await using server = await startScripted(() => ({ do: "stall" }), { look });
  const target = { path: `${server.origin}/v1`, options: { model } };
  await using backend = await openai.create(target, new AbortController().signal);
  return backend.weights;
}

const listed = (entry: object): object => ({ data: [{ id: "m", object: "model", ...entry }] });

describe("what a server tells of its weights", () => {
  it("is the same from one look to the next, and another for another path", async () => {
    const vllm = (created: number, root: string): Promise<string | undefined> =>
      told({ "/v1/models": listed({ created, owned_by: "vllm", root }), "/version": { version: "1" } });
    expect(await vllm(1, "/models/a")).toBe(await vllm(2, "/models/a"));
    expect(await vllm(1, "/models/a")).not.toBe(await vllm(1, "/models/b"));
  });

  it("is Ollama's digest, which a new pull changes", async () => {
    const ollama = (digest: string): Promise<string | undefined> =>
      told({
        "/v1/models": listed({ owned_by: "library" }),
        "/api/version": { version: "0.9" },
        "/api/tags": { models: [{ name: "m:latest", digest }] },
      });
    expect(await ollama("sha256:aa")).toContain("sha256:aa");
    expect(await ollama("sha256:bb")).not.toBe(await ollama("sha256:aa"));
  });

  it("is TGI's revision and SGLang's weight version", async () => {
    expect(await told({ "/info": { model_id: "x", model_sha: "5f0b", version: "3" } })).toContain("5f0b");
    const sglang = {
      "/v1/models": listed({ owned_by: "sglang" }),
      "/get_model_info": { model_path: "x", weight_version: "v7" },
    };
    expect(await told(sglang)).toContain("v7");
  });
});
