import { createWriteStream } from "node:fs";
import { once } from "node:events";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import type { JsonObject } from "../../src/core/json.ts";
import { openDataset } from "../../src/dataset/index.ts";
import { collect, scratch } from "./scratch.ts";

async function read(content: string | Uint8Array): Promise<JsonObject[]> {
  const rows = await collect(openDataset({ path: join(scratch({ "a.jsonl": content }), "a.jsonl") }));
  return rows.map(({ columns }) => columns);
}

describe("item 12: JSON Lines", () => {
  it("gives one row a line with its place", async () => {
    const path = join(scratch({ "a.jsonl": '{"q": 1}\n\n{"q": 2}' }), "a.jsonl");
    expect(await collect(openDataset({ path }))).toEqual([
      { id: "0", columns: { q: 1 }, place: { file: path, line: 1 } },
      { id: "1", columns: { q: 2 }, place: { file: path, line: 3 } },
    ]);
  });

  it("takes a byte order mark and Windows line ends for what they are", async () => {
    expect(await read('\uFEFF{"q": "a"}\r\n{"q": "b"}\r\n')).toEqual([{ q: "a" }, { q: "b" }]);
  });

  it("keeps texts exactly: lone surrogates, escaped NUL, line separators, astral characters", async () => {
    const text = "a\uD800b\0c\u2028d𝄞";
    expect(await read(`${JSON.stringify({ q: text })}\n`)).toEqual([{ q: text }]);
  });

  it("keeps the digits of numbers that a float cannot hold, and only of those", async () => {
    const line = '{"big": 12345678901234567891, "max": 9007199254740991, "far": 1e999, "f": 0.12345678901234567890}';
    expect(await read(line)).toEqual([
      { big: "12345678901234567891", max: 9007199254740991, far: "1e999", f: 0.12345678901234568 },
    ]);
  });

  it("keeps a key named __proto__ a key", async () => {
    const [row] = await read('{"__proto__": {"polluted": true}}');
    expect(Object.keys(row ?? {})).toEqual(["__proto__"]);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  it.each([
    ["a broken line", '{"q": 1}\n{"q": }\n', /not JSON/, 2, undefined],
    ["NaN", '{"q": 1}\n{"q": NaN}\n', /not JSON/, 2, /NaN/],
    ["Python's notation", "{'q': None}\n", /not JSON/, 1, /double quotes/],
    ["a raw NUL", '{"q": "a\0b"}\n', /not JSON/, 1, /NUL/],
    ["a list", "[1, 2]\n", /object/, 1, /format: json/],
    ["a number", '{"q": 1}\n7\n', /object/, 2, undefined],
    ["a torn last line", '{"q": 1}\n{"q": "unfin', /not JSON/, 2, undefined],
    ["deep nesting", `{"q": ${"[".repeat(10_000)}${"]".repeat(10_000)}}`, /deep/, 1, undefined],
  ])("refuses %s with its line", async (_, content, message, line, hint) => {
    const error = await read(content).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "E_DATASET", message: expect.stringMatching(message), place: { line } });
    if (hint !== undefined) expect(error).toMatchObject({ hint: expect.stringMatching(hint) });
  });

  it("points at the column of a syntax mistake", async () => {
    await expect(read('{"q": 1, "r" 2}\n')).rejects.toMatchObject({ place: { line: 1, column: 14 } });
  });

  it("names the line that is not UTF-8", async () => {
    const content = Buffer.concat([Buffer.from('{"q": 1}\n{"q": "'), Buffer.from([0xc3, 0x28]), Buffer.from('"}\n')]);
    await expect(read(content)).rejects.toMatchObject({ code: "E_DATASET", place: { line: 2 } });
  });

  it("recognises UTF-16", async () => {
    await expect(read(Buffer.from('\uFEFF{"q": 1}\n', "utf16le"))).rejects.toThrow(/UTF-16/);
  });

  it("reads characters and lines that lie across the edges of its chunks", async () => {
    const rows = Array.from({ length: 40 }, (_, index) => ({ q: `${"ü€𝄞".repeat(9_001)}${index}` }));
    expect(await read(rows.map((row) => JSON.stringify(row)).join("\n"))).toEqual(rows);
  });

  it("gives a line without end up early, holding little of it", async () => {
    const path = join(scratch(), "endless.jsonl");
    const file = createWriteStream(path);
    file.write('{"q": 1}\n{"q": "');
    const block = Buffer.alloc(1 << 20, "x");
    for (let i = 0; i < 200; i++) if (!file.write(block)) await once(file, "drain");
    file.end();
    await once(file, "finish");
    const before = process.memoryUsage().rss;
    await expect(collect(openDataset({ path }))).rejects.toMatchObject({
      message: expect.stringMatching(/64 MB/),
      place: { file: path, line: 2 },
    });
    expect(process.memoryUsage().rss - before).toBeLessThan(150e6);
  });
});
