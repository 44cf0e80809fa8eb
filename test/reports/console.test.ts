import { describe, expect, test } from "vitest";

import { textWidth } from "../../reports/console/text-width.ts";
import { reports } from "../../reports/index.ts";
import type { Comparison } from "../../src/compare/comparison.ts";
import { comparison, samples } from "./fixture.ts";

async function render(data: Comparison, columns = 100, color = false): Promise<string> {
  return (await reports.console()).render(data, samples, { columns, color });
}

describe("console report", () => {
  test("says the verdict, what to ship and the headline before any table", async () => {
    const lines = (await render(comparison)).split("\n");
    const verdict = lines.findIndex((line) => line.includes("! OVERFIT   ▶ ship checkpoint-441"));
    const headline = lines.findIndex((line) => line.includes("Overfitting by the loss since step 189–252."));
    const table = lines.findIndex((line) => line.includes("chapter/accuracy") && line.includes("title/exact_match"));
    expect(verdict).toBeGreaterThan(-1);
    expect(headline).toBeGreaterThan(verdict);
    expect(table).toBeGreaterThan(headline);
  });

  test("writes score, interval, change with arrow and sign, and significance", async () => {
    const row = (await render(comparison, 200)).split("\n").find((line) => line.includes("checkpoint-189"));
    expect(row).toContain("46.5 ±4.9 ▼ −13.8 *");
    expect(row).toMatch(/2\.0 ±1\.4 ▼ −3\.0(?! \*)/u);
    expect(row).toContain("•2.398");
  });

  test("marks the checkpoint to ship and those as good", async () => {
    const text = await render(comparison);
    expect(text).toMatch(/^ {2}▶ checkpoint-441 /mu);
    expect(text).toMatch(/^ {2}≈ checkpoint-504 /mu);
  });

  test("shows what compression costs, weak slices, warnings and evidence", async () => {
    const text = await render(comparison, 200);
    expect(text).toMatch(/└ checkpoint-441-int8 +1\.52 MB +28 % onnx-int8/u);
    expect(text).toContain("what else the machine did meanwhile counts");
    expect(text).toContain("rarity=rare 31.8");
    expect(text).toContain("checkpoint-63: 3 samples of 400 failed in title");
    expect(text).toContain("noise of the evaluation loss 0.011");
  });

  test.each([60, 80, 100, 137, 250])("keeps within %i columns", async (columns) => {
    const widths = (await render(comparison, columns)).split("\n").map(textWidth);
    expect(Math.max(...widths)).toBeLessThanOrEqual(columns);
  });

  test("says the same with colour as without", async () => {
    const colored = await render(comparison, 100, true);
    expect(colored).toContain("\u001b[");
    expect(colored.replaceAll(/\u001b\[[\d;]*m/gu, "")).toBe(await render(comparison));
  });

  test("never lets names from data act on the terminal", async () => {
    const evil = "\u001b]52;c;ZXZpbA==\u0007\u009b2J\u202e";
    const hostile: Comparison = {
      ...comparison,
      suite: { ...comparison.suite, name: evil },
      summary: [`${evil} headline`, evil],
      checkpoints: comparison.checkpoints.map((checkpoint) => ({
        ...checkpoint,
        id: `${checkpoint.id}${evil}`,
        format: evil,
      })),
      slices: comparison.slices.map((slice) => ({ ...slice, value: `${slice.value}${evil}` })),
      warnings: comparison.warnings.map((warning) => ({ ...warning, kind: evil })),
      rows: comparison.rows.map((row) => ({ ...row, metric: evil })),
    };
    expect(await render(hostile)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/u);
  });

  test("works without training log, ship choice, variants and scores", async () => {
    const bare: Comparison = {
      ...comparison,
      checkpoints: comparison.checkpoints.slice(0, 1),
      cells: Object.fromEntries(
        comparison.rows.map(({ key }) => [key, [{ estimate: null, failed: 400, skipped: 0, difference: null }]]),
      ),
      slices: [],
      warnings: [],
      training: null,
      ship: null,
      verdict: { kind: "inconclusive", why: "no sample was scored" },
      summary: ["Inconclusive: no sample was scored."],
    };
    const text = await render(bare);
    expect(text).toContain("? INCONCLUSIVE");
    expect(text).toContain("400 samples of 400 failed");
  });

  test("thins out long series and says how many it left out", async () => {
    const [first] = comparison.checkpoints;
    if (first === undefined) throw new Error("the fixture has no checkpoints");
    const steps = Array.from({ length: 120 }, (_, step) => ({ ...first, id: `tiny-icd/checkpoint-${step}`, step }));
    const cells = Object.fromEntries(
      comparison.rows.map(({ key }) => [
        key,
        steps.map(() => comparison.cells[key]?.[3] ?? { estimate: null, failed: 0, skipped: 0, difference: null }),
      ]),
    );
    const text = await render(
      { ...comparison, checkpoints: steps, cells, slices: [], base: "tiny-icd/checkpoint-77", ship: null },
      250,
    );
    expect(text).toContain("80 checkpoints more");
    expect(text).toContain("checkpoint-77 ");
    expect(text).toContain("checkpoint-119");
  });
});
