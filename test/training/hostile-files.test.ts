import { readdirSync, readFileSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { describe, expect, it } from "vitest";

import { discoverCheckpoints, readTrainingLog } from "../../src/training/index.ts";
import { RUNS } from "./fixtures.ts";
import { scalarEvent } from "./event-file.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const GIGABYTE = 2 ** 30;
/** What reading may hold at a time. */
const MOST = 64 * 2 ** 20;

function u64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes;
}

const headed = (json: string, length = BigInt(json.length)): Buffer => Buffer.concat([u64(length), Buffer.from(json)]);

/** Calls while watching how much memory outside of the heap is held, where buffers are. */
async function holding<T>(call: () => Promise<T>): Promise<{ result: T; most: number }> {
  const before = process.memoryUsage().arrayBuffers;
  let most = 0;
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage().arrayBuffers - before);
  }, 1);
  try {
    const result = await call();
    return { result, most: Math.max(most, process.memoryUsage().arrayBuffers - before) };
  } finally {
    clearInterval(timer);
  }
}

const reasonsIn = async (folder: string): Promise<Record<string, string | null>> =>
  Object.fromEntries((await discoverCheckpoints(folder)).map(({ name, reason }) => [name, reason]));

describe("item 17: checkpoint files with wrong headers", () => {
  it("safetensors with a header of 2^63 bytes, or of more than there is, are refused without asking for the memory", async () => {
    using folder = temporaryFolder();
    folder.write("a-1/model.safetensors", headed("{}", 2n ** 63n));
    folder.write("a-2/model.safetensors", headed("{}", 99_000_000n));
    const { result, most } = await holding(() => reasonsIn(folder.path));
    expect(result).toEqual({
      "a-1": "model.safetensors is not a safetensors file: its header would be 9223372036854775808 bytes long",
      "a-2": "model.safetensors is cut off or still being written",
    });
    expect(most).toBeLessThan(MOST);
  });

  it("safetensors whose tensors overlap, leave holes or run backwards are refused by the tensor's name", async () => {
    using folder = temporaryFolder();
    const file = (offsets: readonly (readonly [number, number])[]): Buffer => {
      const tensors = Object.fromEntries(offsets.map((each, i) => [`w${i}`, { data_offsets: each }]));
      return Buffer.concat([headed(JSON.stringify(tensors)), Buffer.alloc(16)]);
    };
    folder.write(
      "a-1/model.safetensors",
      file([
        [0, 8],
        [8, 16],
      ]),
    );
    folder.write(
      "a-2/model.safetensors",
      file([
        [0, 12],
        [8, 16],
      ]),
    );
    folder.write(
      "a-3/model.safetensors",
      file([
        [0, 4],
        [8, 16],
      ]),
    );
    folder.write("a-4/model.safetensors", file([[16, 0]]));
    expect(await reasonsIn(folder.path)).toEqual({
      "a-1": null,
      "a-2": 'model.safetensors has a header that is not valid: the tensor "w1" overlaps another',
      "a-3": 'model.safetensors has a header that is not valid: there is a hole before the tensor "w1"',
      "a-4": "model.safetensors has a header that is not valid",
    });
  });

  it("GGUF with 2^64 − 1 tensors or pairs is refused without asking for the memory", async () => {
    using folder = temporaryFolder();
    const version = Buffer.from([3, 0, 0, 0]);
    const most64 = u64(2n ** 64n - 1n);
    folder.write("m-1.gguf", Buffer.concat([Buffer.from("GGUF"), version, most64, u64(0n)]));
    folder.write("m-2.gguf", Buffer.concat([Buffer.from("GGUF"), version, u64(0n), most64]));
    const { result, most } = await holding(() => reasonsIn(folder.path));
    expect(Object.values(result)).toEqual([
      expect.stringContaining("impossible number, 18446744073709551615"),
      expect.stringContaining("impossible number, 18446744073709551615"),
    ]);
    expect(most).toBeLessThan(MOST);
  });

  it("archives that would grow a million times are never unpacked, and large ones not read", async () => {
    using folder = temporaryFolder();
    const local = Buffer.from([0x50, 0x4b, 3, 4]);
    const end = Buffer.from([0x50, 0x4b, 5, 6, ...new Array<number>(18).fill(0)]);
    // Four gigabytes of holes, which take no space on the disk.
    const large = folder.write("epoch=1-step=10.ckpt", local);
    truncateSync(large, 4 * GIGABYTE);
    folder.write("model.keras", Buffer.concat([local, Buffer.alloc(100), end]));
    const { result, most } = await holding(() => reasonsIn(folder.path));
    expect(result).toEqual({
      "epoch=1-step=10.ckpt": "epoch=1-step=10.ckpt is cut off or still being written",
      "model.keras": null,
    });
    expect(most).toBeLessThan(MOST);
  });

  it("pickles are known by their names, and no program here ever loads one", async () => {
    using folder = temporaryFolder();
    // Whoever unpickles this calls os.system.
    const bomb = Buffer.from("cos\nsystem\n(S'touch hacked'\ntR.");
    folder.write("checkpoint-10/pytorch_model.bin", Buffer.concat([Buffer.from("PK"), bomb]));
    folder.write("checkpoint-10/config.json", "{}");
    const [found] = await discoverCheckpoints(folder.path);
    expect(found?.format).toBe("hf-pickle");
    expect(readdirSync(folder.path)).toEqual(["checkpoint-10"]);
    const python = fileURLToPath(new URL("../../gpu/python/", import.meta.url));
    const programs = readdirSync(python).filter((name) => name.endsWith(".py"));
    expect(programs).toContain("worker_model.py");
    for (const name of programs) {
      const text = readFileSync(join(python, name), "utf8");
      expect(text, name).not.toMatch(/torch\.load\(|import pickle|joblib|weights_only=False|trust_remote_code=True/);
      // Every model is asked for by safetensors alone.
      const loads = text.match(/AutoModel\w*\.from_pretrained\(/g)?.length ?? 0;
      const safe = text.match(/use_safetensors["=:]+\s*True/g)?.length ?? 0;
      expect(safe, name).toBeGreaterThanOrEqual(loads);
    }
  });
});

describe("item 17: logs with wrong contents", () => {
  it("event files with wrong checksums keep what is sound, and say what is not", async () => {
    using folder = temporaryFolder();
    const records = [1, 2, 3].map((step) => scalarEvent(step, "train/loss", step));
    const wrong = Buffer.concat(records);
    // A byte of the second record's data.
    const at = (records[0] as Buffer).length + 20;
    wrong[at] = (wrong[at] as number) ^ 0xff;
    const { points, warnings } = await readTrainingLog(folder.write("events.out.tfevents.1.a", wrong));
    expect(points.map(({ step }) => step)).toEqual([1, 3]);
    expect(warnings.join("\n")).toContain("1 damaged records");
  });

  it("event files with a record of 2^63 bytes, or of gigabytes, hold no memory", async () => {
    using folder = temporaryFolder();
    const { maskedCrc32c } = await import("../../src/training/crc32c.ts");
    const header = (length: bigint): Buffer => {
      const bytes = Buffer.alloc(12);
      bytes.writeBigUInt64LE(length, 0);
      bytes.writeUInt32LE(maskedCrc32c(bytes, 0, 8), 8);
      return bytes;
    };
    const first = scalarEvent(1, "train/loss", 2);
    const path = folder.write("events.out.tfevents.1.a", Buffer.concat([first, header(2n ** 63n)]));
    truncateSync(path, GIGABYTE / 4);
    const { result, most } = await holding(() => readTrainingLog(path));
    expect(result.points.map(({ step }) => step)).toEqual([1]);
    expect(result.warnings).not.toEqual([]);
    expect(most).toBeLessThan(MOST);
  });

  it("a .wandb file that is torn in the middle of a record keeps what came before, and says so", async () => {
    using folder = temporaryFolder();
    const file = "hf/overfit_instant/wandb/offline-run-20261124_000247-unnde0m5/run-unnde0m5.wandb";
    const whole = readFileSync(join(RUNS, file));
    const all = await readTrainingLog(folder.write("whole.wandb", whole));
    const torn = await readTrainingLog(folder.write("torn.wandb", whole.subarray(0, 30_000)));
    expect(torn.points.length).toBeGreaterThan(0);
    expect(torn.points.length).toBeLessThan(all.points.length);
    expect(torn.points.slice(0, 5)).toEqual(all.points.slice(0, 5));
    expect(torn.warnings.join("\n")).toMatch(/cut off|still being written/);
  });
});
