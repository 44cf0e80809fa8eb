import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { openDataset } from "../../src/dataset/index.ts";
import { collect, scratch } from "./scratch.ts";

async function read(content: string | Uint8Array, name = "a.csv"): Promise<[unknown, number | undefined][]> {
  const rows = await collect(openDataset({ path: join(scratch({ [name]: content }), name) }));
  return rows.map(({ columns, place }) => [columns, place.line]);
}

describe("CSV", () => {
  it("gives every value as text with the line on which its row begins", async () => {
    expect(await read('id,q\r\n7,"a, ""b""\r\nc"\r\n\r\n8, d \r\n')).toEqual([
      [{ id: "7", q: 'a, "b"\r\nc' }, 2],
      [{ id: "8", q: " d " }, 5],
    ]);
  });

  it("counts empty lines and line breaks inside of values", async () => {
    const rows = await read('\n\nq,r\n1,x\n\n\n2,"a\n\nb"\n3,y');
    expect(rows.map(([, line]) => line)).toEqual([4, 7, 10]);
  });

  it("separates the columns of a .tsv file by tabs", async () => {
    expect(await read("a\tb\n1,5\t2\n", "a.tsv")).toEqual([[{ a: "1,5", b: "2" }, 2]]);
  });

  it("takes no notice of a byte order mark", async () => {
    expect(await read("\uFEFFq\nx\n")).toEqual([[{ q: "x" }, 2]]);
  });

  it.each([
    ["a row with too many columns", "a,b\n1,2\n1,2,3\n", /columns/i, 3],
    ["two columns of one name", "a,a\n1,2\n", /two columns/, 1],
    ["a column without a name", "a,\n1,2\n", /column 2/, 1],
    ["a column named __proto__", "a,__proto__\n1,2\n", /__proto__/, 1],
    ["a quote that is never closed", 'a,b\n1,"2\n3,4\n', /quote/i, 3],
  ])("refuses %s", async (_, content, message, line) => {
    await expect(read(content)).rejects.toMatchObject({
      code: "E_DATASET",
      message: expect.stringMatching(message),
      place: { line },
    });
  });

  it("names the line that is not UTF-8", async () => {
    const content = Buffer.concat([Buffer.from("q\nü\n"), Buffer.from([0xff]), Buffer.from("\n")]);
    await expect(read(content)).rejects.toMatchObject({ code: "E_DATASET", place: { line: 3 } });
  });

  it("refuses a file without rows", async () => {
    await expect(read("a,b\n")).rejects.toThrow(/no rows/);
  });
});
