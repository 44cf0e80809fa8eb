import { describe, expect, it } from "vitest";

import { discoverCheckpoints } from "../../../src/training/index.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const u64 = (value: bigint | number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
};
const text = (value: string): Buffer => Buffer.concat([u64(value.length), Buffer.from(value)]);

/** A GGUF file: header fields, then one q8_0 tensor of 64 elements (two blocks of 34 bytes) and its data. */
function gguf(pairs: readonly Buffer[], options: { readonly data?: number } = {}): Buffer {
  const tensor = Buffer.concat([text("w"), u32(2), u64(32), u64(2), u32(8), u64(0)]);
  const header = Buffer.concat([Buffer.from("GGUF"), u32(3), u64(1), u64(pairs.length), ...pairs, tensor]);
  const padding = Buffer.alloc((32 - (header.length % 32)) % 32);
  return Buffer.concat([header, padding, Buffer.alloc(options.data ?? 68)]);
}

const fileType = Buffer.concat([text("general.file_type"), u32(4), u32(7)]);
const tokens = Buffer.concat([text("tokenizer.ggml.tokens"), u32(9), u32(8), u64(3), text("a"), text("bc"), text("d")]);
const scores = Buffer.concat([text("tokenizer.ggml.scores"), u32(9), u32(6), u64(3), Buffer.alloc(12)]);

describe("GGUF files", () => {
  it("tell their quantisation and are complete when their last tensor is there", async () => {
    using folder = temporaryFolder();
    const whole = gguf([tokens, scores, fileType]);
    folder.write("model-10.gguf", whole);
    folder.write("model-20.gguf", gguf([fileType], { data: 67 }));
    const found = await discoverCheckpoints(folder.path);
    expect(found.map(({ step, format, complete, bytes }) => ({ step, format, complete, bytes }))).toEqual([
      { step: 10, format: "gguf-q8_0", complete: true, bytes: whole.length },
      { step: 20, format: "gguf-q8_0", complete: false, bytes: found[1]?.bytes },
    ]);
    expect(found[1]?.reason).toMatch(/cut off or still being written: \d+ of at least \d+ bytes/);
  });

  it("are told apart from adapters, and may be named by themselves", async () => {
    using folder = temporaryFolder();
    const type = Buffer.concat([text("general.type"), u32(8), text("adapter")]);
    folder.write("lora-30.gguf", gguf([type]));
    const found = await discoverCheckpoints(`${folder.path}/lora-30.gguf`);
    expect(found).toMatchObject([{ name: "lora-30.gguf", step: 30, format: "gguf-adapter", complete: true }]);
  });

  it("are refused, quickly and without a crash, when their header is hostile", async () => {
    using folder = temporaryFolder();
    const deep = Buffer.concat([
      text("x"),
      u32(9),
      ...Array.from({ length: 40 }, () => Buffer.concat([u32(9), u64(1)])),
      u32(4),
      u64(1),
    ]);
    const cases: readonly (readonly [Buffer, RegExp])[] = [
      [Buffer.from("GGML0000000000000000000000"), /not a GGUF file/],
      [Buffer.concat([Buffer.from("GGUF"), u32(9)]), /version 9 is not supported/],
      [Buffer.concat([Buffer.from("GGUF"), u32(3), u64(2n ** 63n), u64(0)]), /impossible number, 9223372036854775808/],
      [Buffer.concat([Buffer.from("GGUF"), u32(3), u64(0), u64(1), u64(2n ** 40n)]), /impossible number/],
      [Buffer.concat([Buffer.from("GGUF"), u32(3), u64(9_999_999), u64(0)]), /cut off/],
      [gguf([deep]), /unknown type 9/],
      [gguf([Buffer.concat([text("x"), u32(77)])]), /unknown type 77/],
      [gguf([Buffer.concat([text("general.alignment"), u32(4), u32(0)])]), /alignment cannot be 0/],
      [gguf([fileType]).subarray(0, 30), /cut off/],
    ];
    for (const [i, [bytes]] of cases.entries()) folder.write(`case-${i}.gguf`, bytes);
    const found = await discoverCheckpoints(folder.path);
    expect(found).toHaveLength(cases.length);
    for (const [i, [, reason]] of cases.entries()) expect(found[i]?.reason, `case ${i}`).toMatch(reason);
  });
});
