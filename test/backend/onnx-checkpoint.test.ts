import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { EvalhError } from "../../src/core/errors.ts";
import { closeAll, expected, generate, openTiny, TINY_LM } from "../fixtures/models/tiny-lm.ts";

const folders: string[] = [];

async function refusal(options: Record<string, unknown>, path: string): Promise<EvalhError> {
  const error: unknown = await openTiny(options, path).catch((error: unknown) => error);
  if (!(error instanceof EvalhError)) throw new Error(`expected an EvalhError, got ${String(error)}`);
  return error;
}

/** A copy of the tiny model's folder to spoil. */
async function copy(): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), "evalh-onnx-"));
  folders.push(parent);
  await cp(TINY_LM, join(parent, "checkpoint-1"), { recursive: true });
  return join(parent, "checkpoint-1");
}

afterEach(closeAll);
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true });
});

describe("checkpoint folders", () => {
  it("takes the quantised file before the full one, and names it in its version", async () => {
    expect((await openTiny({})).version).toMatch(/^onnxruntime-node \d+\.\d+\.\d+ cpu model_quantized\.onnx$/);
    expect((await openTiny({ file: "model.onnx" })).version).toMatch(/ cpu model\.onnx$/);
  });

  it("finds the tokenizer one folder up", async () => {
    const folder = await copy();
    await cp(join(folder, "tokenizer.json"), join(folder, "../tokenizer.json"));
    await rm(join(folder, "tokenizer.json"));
    const [completion] = await generate(await openTiny({ file: "model.onnx" }, folder), ["rain"]);
    expect(completion?.text).toBe(expected.generations[2]?.text);
  });

  it.each([
    ["config.json", "has no config.json"],
    ["tokenizer.json", "has no tokenizer.json"],
    ["onnx", "has no ONNX file"],
  ])("says what a folder without %s lacks, holds and needs", async (name, message) => {
    const folder = await copy();
    await rm(join(folder, name), { recursive: true });
    const error = await refusal({}, folder);
    expect(error.code).toBe("E_CHECKPOINT");
    expect(error.message).toContain(message);
    expect(error.message).toContain("tokenizer_config.json");
    expect(error.hint).toBeTruthy();
  });

  it.each([
    ["config.json", "{", {}, "is not JSON"],
    ["config.json", '{"architectures": ["BertForMaskedLM"]}', {}, "BertForMaskedLM"],
    ["tokenizer.json", "{}", {}, "tokenizer.json"],
    ["onnx/model_quantized.onnx", "not a graph", {}, "cannot be loaded"],
    ["config.json", "{}", { file: "model_q4.onnx" }, "onnx/model.onnx"],
    ["tokenizer_config.json", "{}", { chat: true }, "without a chat_template"],
    ["tokenizer_config.json", '{"chat_template": "{% if %}"}', { chat: true }, "does not parse"],
  ])("refuses a folder whose %s is %s with options %j", async (name, content, options, message) => {
    const folder = await copy();
    await writeFile(join(folder, name), content);
    const error = await refusal(options, folder);
    expect(error.code).toBe("E_CHECKPOINT");
    expect(error.message).toContain(message);
    expect(error.hint).toBeTruthy();
  });

  it("refuses a graph without a cache and lists the inputs it found", async () => {
    const error = await refusal({ file: "no_cache.onnx" }, TINY_LM);
    expect(error.message).toMatch(/without its key-value cache.*input_ids, attention_mask/);
    expect(error.hint).toContain("text-generation-with-past");
  });
});
