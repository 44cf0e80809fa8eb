import { mkdtemp, readFile, truncate, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { decodeLine, encodeLine } from "../../src/run/store/checked-line.ts";
import { readLines } from "../../src/run/store/line-file.ts";
import { lockRun } from "../../src/run/store/lock.ts";
import { openShard } from "../../src/run/store/shard-writer.ts";

const temporary = (): Promise<string> => mkdtemp(join(tmpdir(), "evalh-store-"));

async function recordsOf(path: string): Promise<unknown[]> {
  const records = [];
  for await (const line of readLines(path)) records.push(line.record);
  return records;
}

describe("a checked line", () => {
  it("gives back what was put in, whatever the text", () => {
    fc.assert(
      fc.property(fc.record({ id: fc.string({ unit: "binary" }), n: fc.integer(), deep: fc.json() }), (record) => {
        const line = encodeLine(record);
        expect(line.endsWith("\n")).toBe(true);
        expect(line.slice(0, -1)).not.toContain("\n");
        expect(decodeLine(Buffer.from(line.slice(0, -1)))).toEqual(JSON.parse(JSON.stringify(record)));
      }),
    );
  });

  it("is refused after any single bit is flipped", () => {
    const bytes = Buffer.from(encodeLine({ id: "t-1", output: "Lepromatous leprosy", i: 7 }).slice(0, -1));
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const altered = Buffer.from(bytes);
      altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(decodeLine(altered), `bit ${bit}`).toBeUndefined();
    }
  });
});

describe("a shard", () => {
  it("holds what was appended, in order, after it is opened again", async () => {
    const path = join(await temporary(), "a.jsonl");
    const { writer } = await openShard(path, () => undefined);
    const told: string[] = [];
    writer.append([{ i: 1 }, { i: 2 }], () => told.push("first"));
    writer.append([{ i: 3 }], () => told.push("second"));
    expect(told).toEqual([]);
    await writer.drained();
    expect(told).toEqual(["first", "second"]);
    await writer[Symbol.asyncDispose]();
    const seen: unknown[] = [];
    const { writer: again, repair } = await openShard(path, (record) => seen.push(record));
    await again[Symbol.asyncDispose]();
    expect(seen).toEqual([{ i: 1 }, { i: 2 }, { i: 3 }]);
    expect(repair).toEqual({ cutBytes: 0, damagedLines: 0 });
  });

  it("loses only the torn line when it is cut at any byte", async () => {
    const path = join(await temporary(), "a.jsonl");
    const lines = Array.from({ length: 12 }, (_, i) => encodeLine({ i, output: `answer ${i} – ü` }));
    const whole = Buffer.from(lines.join(""));
    for (let length = 0; length <= whole.length; length += 7) {
      await writeFile(path, whole.subarray(0, length));
      const complete = whole.subarray(0, length).toString("latin1").split("\n").length - 1;
      const { writer } = await openShard(path, () => undefined);
      writer.append([{ i: "new" }], () => undefined);
      await writer[Symbol.asyncDispose]();
      const records = await recordsOf(path);
      expect(records, `cut at ${length}`).toEqual([
        ...lines.slice(0, complete).map((line) => decodeLine(Buffer.from(line.trimEnd()))),
        { i: "new" },
      ]);
    }
  });

  it("leaves a damaged line in the middle aside and counts it", async () => {
    const path = join(await temporary(), "a.jsonl");
    const lines = [encodeLine({ i: 0 }), encodeLine({ i: 1 }).replace('"i":1', '"i":7'), encodeLine({ i: 2 })];
    await writeFile(path, lines.join(""));
    const seen: unknown[] = [];
    const { writer, repair } = await openShard(path, (record) => seen.push(record));
    await writer[Symbol.asyncDispose]();
    expect(seen).toEqual([{ i: 0 }, { i: 2 }]);
    expect(repair.damagedLines).toBe(1);
  });

  it("would lose a line without the cut: the check can fail", async () => {
    const path = join(await temporary(), "a.jsonl");
    await writeFile(path, encodeLine({ i: 0 }) + encodeLine({ i: 1 }));
    await truncate(path, encodeLine({ i: 0 }).length + 5);
    await writeFile(path, encodeLine({ i: "new" }), { flag: "a" });
    expect(await recordsOf(path)).toEqual([{ i: 0 }, undefined]);
  });

  it("reads lines longer than its buffer", async () => {
    const path = join(await temporary(), "a.jsonl");
    const long = "x".repeat(3_000_000);
    const { writer } = await openShard(path, () => undefined);
    writer.append([{ output: long }, { i: 2 }], () => undefined);
    await writer[Symbol.asyncDispose]();
    expect(await recordsOf(path)).toEqual([{ output: long }, { i: 2 }]);
  });
});

describe("item 4: the lock of a run", () => {
  it("is held by one at a time, and the second learns by whom", async () => {
    const folder = await temporary();
    const first = await lockRun(folder);
    await expect(lockRun(folder)).rejects.toMatchObject({
      code: "E_RUN_LOCKED",
      message: expect.stringContaining(`process ${process.pid} on ${hostname()}`),
    });
    await first[Symbol.asyncDispose]();
    const second = await lockRun(folder);
    await second[Symbol.asyncDispose]();
  });

  it("is taken over from a process that died", async () => {
    const folder = await temporary();
    const dead = { pid: 2 ** 22 + 1, host: hostname(), since: "2026-01-01T00:00:00.000Z", started: "1" };
    await writeFile(join(folder, "lock"), JSON.stringify(dead));
    const taken = await lockRun(folder);
    expect(JSON.parse(await readFile(join(folder, "lock"), "utf8"))).toMatchObject({ pid: process.pid });
    await taken[Symbol.asyncDispose]();
  });

  it("is taken over when the holder's pid now belongs to another process", async () => {
    const folder = await temporary();
    const reused = { pid: process.pid, host: hostname(), since: "2026-01-01T00:00:00.000Z", started: "1" };
    await writeFile(join(folder, "lock"), JSON.stringify(reused));
    const taken = await lockRun(folder);
    await taken[Symbol.asyncDispose]();
  });

  it("stands when its holder is on another host, which cannot be looked at", async () => {
    const folder = await temporary();
    await writeFile(
      join(folder, "lock"),
      JSON.stringify({ pid: 1, host: "elsewhere", since: "2026-01-01T00:00:00.000Z", started: null }),
    );
    await expect(lockRun(folder)).rejects.toMatchObject({
      code: "E_RUN_LOCKED",
      hint: expect.stringContaining("elsewhere"),
    });
  });

  it("goes to exactly one of many who find a dead holder's lock", async () => {
    const folder = await temporary();
    await writeFile(
      join(folder, "lock"),
      JSON.stringify({ pid: 2 ** 22 + 1, host: hostname(), since: "x", started: "1" }),
    );
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => lockRun(folder)));
    expect(results.filter((result) => result.status === "fulfilled")).toHaveLength(1);
  });
});
