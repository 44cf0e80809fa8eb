import { copyFileSync, mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

import { describe, expect, it } from "vitest";

import { discoverCheckpoints } from "../../../src/training/index.ts";
import { EMPTY_ZIP, layOut, safetensors, zipLike } from "../checkpoint-files.ts";
import { RUNS } from "../fixtures.ts";
import { temporaryFolder, type TemporaryFolder } from "../temporary-folder.ts";

const HF_FILES = /^checkpoint-(?:15|30|45)\//;

function hfRun(folder: TemporaryFolder): Buffer {
  layOut(folder, "hf/overfit", HF_FILES);
  const weights = safetensors("hf/overfit", "checkpoint-300");
  for (const step of [15, 30, 45]) folder.write(`checkpoint-${step}/model.safetensors`, weights);
  return weights;
}

async function reasons(folder: TemporaryFolder): Promise<Record<string, string | null>> {
  const found = await discoverCheckpoints(folder.path);
  return Object.fromEntries(found.map(({ name, reason }) => [name, reason]));
}

describe("checkpoints of the Hugging Face Trainer", () => {
  it("are found in the order of their steps, with their epochs and the bytes of their weights", async () => {
    using folder = temporaryFolder();
    const weights = hfRun(folder);
    folder.write("tokenizer.json", "{}");
    folder.write("model.safetensors", weights);
    const found = await discoverCheckpoints(folder.path);
    expect(found.map(({ name, step, epoch }) => [name, step, epoch])).toEqual([
      ["checkpoint-15", 15, 2.5],
      ["checkpoint-30", 30, 5],
      ["checkpoint-45", 45, 7.5],
    ]);
    expect(found[0]).toMatchObject({
      path: join(folder.path, "checkpoint-15"),
      format: "hf-safetensors",
      bytes: 427_592,
      complete: true,
      reason: null,
      base: null,
      tokenizer: join(folder.path, "tokenizer.json"),
      weights: [join(folder.path, "checkpoint-15/model.safetensors")],
    });
  });

  it("are not complete while any part is being written, and say which", async () => {
    using folder = temporaryFolder();
    const weights = hfRun(folder);
    folder.write("checkpoint-15/model.safetensors", weights.subarray(0, 300_000));
    rmSync(join(folder.path, "checkpoint-30/trainer_state.json"));
    folder.write("checkpoint-45/trainer_state.json", '{"global_step": 4');
    layOut(folder, "hf_dist/ddp", /^checkpoint-(?:20|40)\//);
    for (const step of [20, 40]) folder.write(`checkpoint-${step}/model.safetensors`, weights);
    rmSync(join(folder.path, "checkpoint-20/rng_state_0.pth"));
    expect(await reasons(folder)).toEqual({
      "checkpoint-15": "model.safetensors is cut off or still being written: 300000 of 427592 bytes",
      "checkpoint-20": "rng_state_0.pth is missing",
      "checkpoint-30": "trainer_state.json is not written yet",
      "checkpoint-40": null,
      "checkpoint-45": "trainer_state.json is cut off or still being written",
    });
  });

  it("need every shard that their index names", async () => {
    using folder = temporaryFolder();
    const weights = safetensors("hf/overfit", "checkpoint-300");
    const index = JSON.stringify({
      weight_map: { a: "model-00001-of-00002.safetensors", b: "model-00002-of-00002.safetensors" },
    });
    folder.write("step-10/model.safetensors.index.json", index);
    folder.write("step-10/model-00001-of-00002.safetensors", weights);
    expect((await discoverCheckpoints(folder.path))[0]).toMatchObject({ step: 10, complete: false });
    folder.write("step-10/model-00002-of-00002.safetensors", weights);
    expect((await discoverCheckpoints(folder.path))[0]).toMatchObject({ complete: true, bytes: 2 * weights.length });
  });

  it("survive hostile headers", async () => {
    using folder = temporaryFolder();
    const header = (json: string): Buffer => {
      const length = Buffer.alloc(8);
      length.writeBigUInt64LE(BigInt(json.length));
      return Buffer.concat([length, Buffer.from(json)]);
    };
    folder.write("a-1/model.safetensors", Buffer.alloc(8, 0xff));
    folder.write("a-2/model.safetensors", header('{"x":{"data_offsets":[0,1e300]}}'));
    folder.write("a-3/model.safetensors", header("[1]"));
    folder.write("a-4/model.safetensors", Buffer.concat([header('{"x":{"data_offsets":[0,4]}}'), Buffer.alloc(9)]));
    folder.write("a-5/model.safetensors", "");
    expect(await reasons(folder)).toEqual({
      "a-1": "model.safetensors is not a safetensors file: its header would be 18446744073709551615 bytes long",
      "a-2": "model.safetensors has a header that is not valid",
      "a-3": "model.safetensors has a header that is not valid",
      "a-4": "model.safetensors is 5 bytes longer than its header says",
      "a-5": "model.safetensors is cut off or still being written",
    });
  });

  it("of adapters name their base model", async () => {
    using folder = temporaryFolder();
    layOut(folder, "hf/lora_overfit", /^checkpoint-(?:10|20)\//);
    for (const step of [10, 20])
      folder.write(
        `checkpoint-${step}/adapter_model.safetensors`,
        safetensors("hf/lora_overfit", "checkpoint-200", "adapter_model.safetensors"),
      );
    folder.write("checkpoint-10/adapter_config.json", JSON.stringify({ base_model_name_or_path: "org/base" }));
    copyFileSync(
      join(RUNS, "hf/lora_overfit/checkpoint-200/adapter_config.json"),
      join(folder.path, "checkpoint-20/adapter_config.json"),
    );
    const found = await discoverCheckpoints(folder.path);
    expect(found.map(({ format, base, complete, bytes }) => ({ format, base, complete, bytes }))).toEqual([
      { format: "peft-safetensors", base: "org/base", complete: true, bytes: 133_056 },
      { format: "peft-safetensors", base: null, complete: true, bytes: 133_056 },
    ]);
  });
});

describe("checkpoints of other frameworks", () => {
  it("of DeepSpeed are complete once the file latest names them", async () => {
    using folder = temporaryFolder();
    layOut(folder, "deepspeed/zero2", /states\.pt$/);
    expect((await discoverCheckpoints(folder.path)).map(({ complete }) => complete)).toEqual([false, false, false]);
    folder.write("latest", "global_step80");
    const found = await discoverCheckpoints(folder.path);
    expect(found.map(({ step, format, reason }) => [step, format, reason])).toEqual([
      [40, "deepspeed", null],
      [80, "deepspeed", null],
      [120, "deepspeed", '"latest" still names global_step80'],
    ]);
  });

  it("of FSDP are complete once their metadata is in place", async () => {
    using folder = temporaryFolder();
    layOut(folder, "fsdp_dcp/overfit", /^step-(?:40|80)\//);
    rmSync(join(folder.path, "step-80/.metadata"));
    expect(
      (await discoverCheckpoints(folder.path)).map(({ step, format, complete }) => [step, format, complete]),
    ).toEqual([
      [40, "torch-dcp", true],
      [80, "torch-dcp", false],
    ]);
  });

  it("of Lightning and Keras are archives that must have their end", async () => {
    using folder = temporaryFolder();
    layOut(folder, "lightning/overfit", /\.ckpt$/);
    folder.write("keras/model.05-0.66.keras", EMPTY_ZIP);
    const torn = folder.write("keras/epoch-07.keras", zipLike(100));
    truncateSync(torn, 90);
    const found = await discoverCheckpoints(folder.path);
    expect(found.map(({ name, step, epoch, complete }) => [name, step, epoch, complete])).toEqual([
      ["epoch=10-step=66-val_loss=3.0607.ckpt", 66, 11, true],
      ["epoch=11-step=72-val_loss=3.0549.ckpt", 72, 12, true],
      ["epoch=12-step=78-val_loss=3.0607.ckpt", 78, 13, true],
      ["last.ckpt", null, null, true],
      ["epoch-07.keras", null, 7, false],
      ["model.05-0.66.keras", null, 5, true],
    ]);
  });

  it("in HDF5 must reach the end that their superblock names", async () => {
    using folder = temporaryFolder();
    const file = Buffer.alloc(200);
    Buffer.from([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0, 0, 8]).copy(file);
    file.writeBigUInt64LE(200n, 40);
    folder.write("weights-3.h5", file);
    folder.write("weights-4.h5", file.subarray(0, 150));
    folder.write("weights-5.h5", "no");
    expect(await reasons(folder)).toEqual({
      "weights-3.h5": null,
      "weights-4.h5": "weights-4.h5 is cut off or still being written: 150 of 200 bytes",
      "weights-5.h5": "weights-5.h5 is cut off or still being written",
    });
  });
});

describe("ONNX checkpoints", () => {
  const model = new URL("../../fixtures/models/tiny-lm/onnx/model.onnx", import.meta.url);

  function onnxCheckpoint(folder: TemporaryFolder, name: string, files: readonly string[]): void {
    mkdirSync(join(folder.path, name, "onnx"), { recursive: true });
    for (const file of files) copyFileSync(model, join(folder.path, name, "onnx", file));
    writeFileSync(join(folder.path, name, "config.json"), "{}");
  }

  it("tell their precision, and are series with or without a trainer's state", async () => {
    using folder = temporaryFolder();
    onnxCheckpoint(folder, "checkpoint-100", ["model.onnx"]);
    onnxCheckpoint(folder, "step-200", ["model_quantized.onnx"]);
    onnxCheckpoint(folder, "tiny-300", ["model.onnx", "model_fp16.onnx"]);
    folder.write("checkpoint-100/trainer_state.json", '{"global_step": 100, "epoch": 1.5, "log_history": []}');
    folder.write("tokenizer.json", "{}");
    const found = await discoverCheckpoints(folder.path);
    expect(
      found.map(({ name, step, epoch, format, complete, weights }) => ({
        name,
        step,
        epoch,
        format,
        complete,
        files: weights.length,
      })),
    ).toEqual([
      { name: "checkpoint-100", step: 100, epoch: 1.5, format: "onnx-fp32", complete: true, files: 1 },
      { name: "step-200", step: 200, epoch: null, format: "onnx-int8", complete: true, files: 1 },
      { name: "tiny-300", step: 300, epoch: null, format: "onnx", complete: true, files: 2 },
    ]);
    expect(found[0]?.tokenizer).toBe(join(folder.path, "tokenizer.json"));
  });

  it("count the weights beside the graph, which alone tell two checkpoints apart", async () => {
    using folder = temporaryFolder();
    onnxCheckpoint(folder, "checkpoint-1", ["model.onnx"]);
    for (const name of ["model.onnx_data", "model.onnx_data_1", "model.onnx.data", "notes.txt"]) {
      folder.write(`checkpoint-1/onnx/${name}`, "12345");
    }
    const [found] = await discoverCheckpoints(folder.path);
    expect(found?.weights.map((path) => basename(path)).toSorted()).toEqual([
      "model.onnx",
      "model.onnx.data",
      "model.onnx_data",
      "model.onnx_data_1",
    ]);
  });

  it("are not complete when the file is cut or the configuration missing", async () => {
    using folder = temporaryFolder();
    onnxCheckpoint(folder, "checkpoint-1", ["model.onnx"]);
    onnxCheckpoint(folder, "checkpoint-2", ["model.onnx"]);
    truncateSync(join(folder.path, "checkpoint-1/onnx/model.onnx"), 1000);
    rmSync(join(folder.path, "checkpoint-2/config.json"));
    expect(await reasons(folder)).toEqual({
      "checkpoint-1": "onnx/model.onnx is cut off or still being written",
      "checkpoint-2": "config.json is missing",
    });
  });

  it("may be the folder itself", async () => {
    using folder = temporaryFolder();
    onnxCheckpoint(folder, "only", ["model.onnx"]);
    const found = await discoverCheckpoints(join(folder.path, "only"));
    expect(found.map(({ name, complete }) => [name, complete])).toEqual([["only", true]]);
  });
});

describe("discovery", () => {
  it("finds nothing in an empty folder and refuses one that is not there", async () => {
    using folder = temporaryFolder();
    expect(await discoverCheckpoints(folder.path)).toEqual([]);
    await expect(discoverCheckpoints(join(folder.path, "none"))).rejects.toMatchObject({ code: "E_CHECKPOINT" });
  });

  it("follows links to checkpoints but not in circles", async () => {
    using folder = temporaryFolder();
    using elsewhere = temporaryFolder();
    hfRun(elsewhere);
    symlinkSync(join(elsewhere.path, "checkpoint-15"), join(folder.path, "checkpoint-15"));
    symlinkSync(folder.path, join(folder.path, "loop"));
    symlinkSync("/nowhere/at/all", join(folder.path, "checkpoint-99"));
    expect(await reasons(folder)).toEqual({ "checkpoint-15": null });
    expect(await discoverCheckpoints(folder.path)).toHaveLength(1);
  });

  it("never takes a folder with an unfinished name for complete", async () => {
    using folder = temporaryFolder();
    folder.write("tmp-checkpoint-10/model.safetensors", safetensors("hf/overfit", "checkpoint-300"));
    expect((await discoverCheckpoints(folder.path))[0]).toMatchObject({ step: 10, complete: false });
  });
});
