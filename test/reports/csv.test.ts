import { parse } from "csv-parse/sync";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { csvRecord, neutraliseCell, restoreCell } from "../../src/core/csv-cell.ts";
import { reports } from "../../reports/index.ts";
import type { Comparison } from "../../src/compare/comparison.ts";
import { comparison, samples } from "./fixture.ts";

async function records(data: Comparison): Promise<Record<string, string>[]> {
  return parse(await (await reports.csv()).render(data, samples, {}), { columns: true });
}

describe("CSV report", () => {
  test("has one line a checkpoint and metric, and one a slice", async () => {
    const found = await records(comparison);
    expect(found).toHaveLength(10 * (5 + 11 * 4));
    expect(
      found.find(
        (line) =>
          line["checkpoint"] === "tiny-icd/checkpoint-315" &&
          line["metric"] === "chapter/accuracy" &&
          line["slice_field"] === "",
      ),
    ).toMatchObject({ step: "315", value: "53.5", n: "400", delta: "-6.75", significant: "true" });
  });

  test("defuses formulas in names but not negative numbers", async () => {
    const hostile = { ...comparison, suite: { ...comparison.suite, name: '=HYPERLINK("http://evil.example","x")' } };
    const [first] = await records(hostile);
    expect(first?.["suite"]).toBe('\'=HYPERLINK("http://evil.example","x")');
    expect(first?.["delta"]).toMatch(/^-/u);
  });
});

describe("item 10: CSV cells", () => {
  test.each(["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "'=1", "''@x"])("defuse %j and give it back", (text) => {
    expect(neutraliseCell(text)).toMatch(/^'/u);
    expect(restoreCell(neutraliseCell(text))).toBe(text);
  });

  test("survive a round trip through another parser, whatever they hold", () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 2 }), (cells) => {
        const [read = []] = parse(csvRecord(cells));
        expect(read.map(restoreCell)).toEqual(cells);
      }),
    );
  });
});
