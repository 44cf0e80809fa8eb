import { join } from "node:path";

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { openDataset } from "../../src/dataset/index.ts";
import { jsonElements } from "../../src/dataset/json-elements.ts";
import { collect, scratch } from "./scratch.ts";

async function read(content: string): Promise<{ columns: unknown; line: number | undefined }[]> {
  const rows = await collect(openDataset({ path: join(scratch({ "a.json": content }), "a.json") }));
  return rows.map(({ columns, place }) => ({ columns, line: place.line }));
}

async function* inChunks(text: string, size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe("JSON files", () => {
  it("reads a list of rows with the line on which each begins", async () => {
    expect(await read('[\n  {"q": "a,]"},\n  {\n    "q": [1, {"r": "\\""}]\n  }\n]\n')).toEqual([
      { columns: { q: "a,]" }, line: 2 },
      { columns: { q: [1, { r: '"' }] }, line: 3 },
    ]);
  });

  it("finds the list under data, whatever stands around it", async () => {
    const text = '\uFEFF{"version": "data", "info": {"data": [9]}, "data": [{"q": 1}], "more": [{"q": 2}]}';
    expect(await read(text)).toEqual([{ columns: { q: 1 }, line: 1 }]);
  });

  it("cuts the same elements as JSON.parse, however the file comes in chunks", async () => {
    const rows = fc.array(fc.dictionary(fc.string(), fc.jsonValue()), { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(rows, fc.integer({ min: 1, max: 40 }), fc.boolean(), async (value, size, isWrapped) => {
        const text = JSON.stringify(isWrapped ? { data: value } : value, null, size % 3);
        const elements = (await collect(jsonElements(inChunks(text, size), "a.json"))).flat();
        expect(elements.map((element) => JSON.parse(element.text.toString()) as unknown)).toEqual(
          JSON.parse(JSON.stringify(value)),
        );
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    ["JSON Lines under the wrong name", '{"q": 1}\n{"q": 2}\n', /follows the end/, 2],
    ["a mapping without data", '{"rows": [{"q": 1}]}', /no list/, 1],
    ["a file that ends too early", '[{"q": 1},\n{"q": 2}', /middle/, 2],
    ["two commas", '[{"q": 1},\n,{"q": 2}]', /missing/, 2],
    ["a comma before the end", '[{"q": 1},\n]', /missing/, 2],
    ["the wrong bracket", '[{"q": 1}\n}', /closed with }/, 2],
    ["something after the list", '[{"q": 1}]\n[]', /follows the end/, 2],
    ["plain text", "hello", /begin with/, 1],
    ["a row that is no object", '[{"q": 1},\n5]', /object/, 2],
    ["a broken row", '[{"q": 1},\n{"q" 2}]', /not JSON/, 2],
    ["an empty file", "", /no list/, 1],
    ["an empty list", "[]", /no rows/, undefined],
  ])("refuses %s", async (_, content, message, line) => {
    const error: unknown = await read(content).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "E_DATASET", message: expect.stringMatching(message) });
    if (line !== undefined) expect(error).toMatchObject({ place: { line } });
  });
});
