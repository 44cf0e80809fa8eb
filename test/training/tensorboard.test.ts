import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { crc32c } from "../../src/training/crc32c.ts";
import { readTrainingLog } from "../../src/training/index.ts";
import { field, float, record, scalarEvent } from "./event-file.ts";
import { RUNS } from "./fixtures.ts";
import { temporaryFolder } from "./temporary-folder.ts";

describe("crc32c", () => {
  it("gives the check value of the polynomial's definition", () => {
    expect(crc32c(Buffer.from("123456789"), 0, 9)).toBe(0xe3069283);
    expect(crc32c(Buffer.alloc(32), 0, 32)).toBe(0x8a9136aa);
  });
});

describe("event files", () => {
  it("keep what came before a torn record and say that one was cut", async () => {
    using folder = temporaryFolder();
    const whole = Buffer.concat([scalarEvent(1, "train/loss", 3), scalarEvent(2, "train/loss", 2)]);
    const log = await readTrainingLog(folder.write("events.out.tfevents.1.a", whole.subarray(0, whole.length - 5)));
    expect(log.points).toEqual([{ step: 1, trainLoss: 3 }]);
    expect(log.warnings).toEqual(["the last record of the event file is cut off or still being written"]);
  });

  it("skip a record whose data is damaged, and end at one whose length is", async () => {
    using folder = temporaryFolder();
    const records = [1, 2, 3, 4].map((step) => scalarEvent(step, "train/loss", step));
    (records[1] as Buffer)[20] = ((records[1] as Buffer)[20] as number) ^ 1;
    (records[3] as Buffer)[3] = 0x7f;
    const log = await readTrainingLog(folder.write("events.out.tfevents.1.a", Buffer.concat(records)));
    expect(log.points.map(({ step }) => step)).toEqual([1, 3]);
    expect(log.warnings).toHaveLength(2);
  });

  it("pass over records too large to be scalars without holding them", async () => {
    using folder = temporaryFolder();
    const picture = record(Buffer.concat([field(2, 1), field(7, Buffer.alloc(3_000_000))]));
    const log = await readTrainingLog(
      folder.write(
        "events.out.tfevents.1.a",
        Buffer.concat([scalarEvent(1, "eval/loss", 3), picture, scalarEvent(2, "eval/loss", 2)]),
      ),
    );
    expect(log.points).toEqual([
      { step: 1, evalLoss: 3 },
      { step: 2, evalLoss: 2 },
    ]);
  });

  it("believe no length of 2^63", async () => {
    using folder = temporaryFolder();
    const hostile = Buffer.alloc(16, 0xff);
    hostile.writeBigUInt64LE(2n ** 63n, 0);
    const { maskedCrc32c } = await import("../../src/training/crc32c.ts");
    hostile.writeUInt32LE(maskedCrc32c(hostile, 0, 8), 8);
    const log = await readTrainingLog(
      folder.write("events.out.tfevents.1.a", Buffer.concat([scalarEvent(1, "loss", 3), hostile])),
    );
    expect(log.points).toEqual([{ step: 1, trainLoss: 3 }]);
    expect(log.warnings).toHaveLength(1);
  });

  it("read scalars that TensorFlow 2 writes as tensors, from Keras' two folders", async () => {
    using folder = temporaryFolder();
    const tensorEvent = (step: number, tag: string, tensor: Buffer): Buffer =>
      record(Buffer.concat([field(2, step), field(5, field(1, Buffer.concat([field(1, tag), field(8, tensor)])))]));
    const floats = (value: number): Buffer => Buffer.concat([field(1, 1), field(2, ""), float(5, value)]);
    const content = (value: number): Buffer => {
      const bytes = Buffer.alloc(8);
      bytes.writeDoubleLE(value);
      return Buffer.concat([field(1, 2), field(4, bytes)]);
    };
    folder.write("train/events.out.tfevents.1.v2", tensorEvent(1, "epoch_loss", content(0.5)));
    folder.write("validation/events.out.tfevents.2.v2", tensorEvent(1, "epoch_loss", content(0.25)));
    const vector = Buffer.concat([
      field(1, 1),
      field(2, Buffer.concat([field(2, field(1, 2))])),
      field(4, Buffer.alloc(8)),
    ]);
    folder.write("validation/events.out.tfevents.3.v2", tensorEvent(2, "weights", vector));
    const log = await readTrainingLog(folder.path);
    expect(log.points).toEqual([{ step: 1, trainLoss: 0.5, evalLoss: 0.25 }]);
    const asList = await readTrainingLog(folder.write("b/events.out.tfevents.1", tensorEvent(4, "loss", floats(1.5))));
    expect(asList.points).toEqual([{ step: 4, trainLoss: 1.5 }]);
  });

  it("never fail on bytes that are changed or cut anywhere", async () => {
    using folder = temporaryFolder();
    const runs = join(RUNS, "lightning/diverged/tb/version_0");
    const sound = readFileSync(join(runs, readdirSync(runs)[0] as string));
    await fc.assert(
      fc.asyncProperty(fc.nat(sound.length - 1), fc.nat(255), fc.nat(sound.length), async (at, byte, length) => {
        const bytes = Buffer.from(sound.subarray(0, length));
        if (at < length) bytes[at] = byte;
        const log = await readTrainingLog(folder.write("events.out.tfevents.1.a", bytes));
        expect(log.points.length).toBeLessThanOrEqual(31);
      }),
      { numRuns: 60 },
    );
  });

  it("read a quarter of a million scalars within a second of computing", async () => {
    using folder = temporaryFolder();
    const tags = ["train/loss", "train/grad_norm", "train/learning_rate", "train/epoch"];
    const chunks: Buffer[] = [];
    for (let step = 1; step <= 60_000; step++) for (const tag of tags) chunks.push(scalarEvent(step, tag, step / 7));
    const path = folder.write("events.out.tfevents.1.a", Buffer.concat(chunks));
    chunks.length = 0;
    const before = process.cpuUsage();
    const { points } = await readTrainingLog(path);
    const { user } = process.cpuUsage(before);
    expect(points).toHaveLength(60_000);
    // Wall time would measure what else the machine does.
    expect(user / 1e6).toBeLessThan(1);
  });
});
