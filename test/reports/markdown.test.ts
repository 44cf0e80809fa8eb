import { describe, expect, test } from "vitest";

import { reports } from "../../reports/index.ts";
import type { Checkpoint } from "../../src/core/checkpoint.ts";
import type { Comparison } from "../../src/compare/comparison.ts";
import { comparison, samples } from "./fixture.ts";

async function render(data: Comparison): Promise<string> {
  return (await reports.markdown()).render(data, samples, {});
}

describe("Markdown report", () => {
  test("begins with the mark that comments are found by, then the verdict", async () => {
    const lines = (await render(comparison)).split("\n");
    expect(lines[0]).toBe("<!-- evalh:icd-coding -->");
    expect(lines[2]).toBe("### ⚠️ overfit: Overfitting by the loss since step 189–252.");
  });

  test("has a table of equally many cells in every line", async () => {
    const table = (await render(comparison)).split("\n").filter((line) => line.startsWith("|"));
    expect(table).toHaveLength(2 + 10);
    expect(new Set(table.map((line) => line.split("|").length)).size).toBe(1);
    expect(table.find((line) => line.includes("▶ ship"))).toContain("**60.3** ±4.8");
  });

  test("lets names from data be neither markup, nor mentions, nor table cells", async () => {
    const evil = "a|b<img src=x onerror=alert(1)>`@everyone` [x](javascript:alert(1)) --> # https://evil.example";
    const named = (checkpoint: Checkpoint): Checkpoint => ({ ...checkpoint, id: `${checkpoint.id}${evil}` });
    const text = await render({
      ...comparison,
      suite: { ...comparison.suite, name: evil },
      summary: [evil],
      checkpoints: comparison.checkpoints.map(named),
    });
    expect(text).not.toMatch(/(?<!\\)<img/u);
    expect(text).not.toMatch(/@everyone/u);
    expect(text).not.toMatch(/(?<!\\)\[x/u);
    expect(text).not.toContain("https://");
    expect(text.split("\n")[0]).toMatch(/^<!-- evalh:[\p{L}\p{N} ._-]+ -->$/u);
    const table = text.split("\n").filter((line) => line.startsWith("|"));
    expect(new Set(table.map((line) => line.split(/(?<!\\)\|/u).length)).size).toBe(1);
  });
});
