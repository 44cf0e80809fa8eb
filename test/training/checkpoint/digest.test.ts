import { createHash } from "node:crypto";

import { expect, it } from "vitest";

import { digestFiles } from "../../../src/training/index.ts";
import { temporaryFolder } from "../temporary-folder.ts";

it("the digest of files follows their contents and names, not their places or order", async () => {
  using folder = temporaryFolder();
  const a = folder.write("x/model.onnx", Buffer.alloc(3_000_000, 7));
  const b = folder.write("x/tokenizer.json", "{}");
  const digest = await digestFiles([a, b]);
  const line = (content: Buffer | string, name: string): string =>
    `${createHash("sha256").update(content).digest("hex")}  ${name}\n`;
  const lines = [line(Buffer.alloc(3_000_000, 7), "model.onnx"), line("{}", "tokenizer.json")].sort();
  expect(digest).toBe(createHash("sha256").update(lines.join("")).digest("hex"));
  expect(await digestFiles([b, folder.write("y/model.onnx", Buffer.alloc(3_000_000, 7))])).toBe(digest);
  expect(await digestFiles([a, folder.write("y/tokenizer.json", "{ }")])).not.toBe(digest);
});
