import { spawn } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { expect, test } from "vitest";

import { finished } from "../../cli/project.ts";
import { findChromium, launchChromium } from "./chromium.ts";
import { openWatched } from "./watched-page.ts";

const main = fileURLToPath(new URL("../../../src/cli/main.ts", import.meta.url));
const executable = findChromium();

test.skipIf(executable === null)(
  "the report of the shipped suite is read in a browser as it lies on disk",
  async () => {
    const cwd = await mkdtemp(join(tmpdir(), "evalh-shipped-"));
    const run = await finished(
      spawn(process.execPath, [main, "run", "icd-coding", "--task", "chapter", "--limit", "40", "--quiet"], { cwd }),
    );
    expect({ code: run.code, stderr: run.stderr }).toEqual({ code: 0, stderr: "" });
    const runs = join(cwd, ".evalh", "runs");
    const report = join(runs, (await readdir(runs))[0] ?? "", "report.html");
    const browser = await launchChromium(executable ?? "");
    try {
      const { page, incidents } = await openWatched(browser, report);
      expect(await page.locator("h1").textContent()).toBe("Overfitting by the loss since step 188–282.");
      const head = page.locator("#scores th", { hasText: "chapter/accuracy" }).first();
      await head.locator("button").click();
      const values = await page
        .locator("#scores table.scores tbody tr td:nth-child(5)")
        .evaluateAll((cells) => cells.map((cell) => Number((cell as unknown as { dataset: { v: string } }).dataset.v)));
      expect(values).toEqual(values.toSorted((a, b) => b - a));
      expect(new Set(values).size).toBeGreaterThan(1);
      await page.locator("input[type=search]").fill("slice:rarity=rare");
      await page.waitForSelector(".result:has-text(' of 40 samples')");
      await page.locator(".list .row").first().click();
      await page.waitForSelector(".cards");
      expect(await page.locator(".card").count()).toBeGreaterThan(1);
      const link = await page.evaluate<string>("location.hash");
      const id = await page.locator(".sample-id").textContent();
      const linked = await openWatched(browser, report, { fragment: link });
      await linked.page.waitForSelector(".cards");
      expect(await linked.page.locator(".sample-id").textContent()).toBe(id);
      expect(await linked.page.locator("input[type=search]").inputValue()).toBe("slice:rarity=rare");
      expect(await page.locator("#confusion table.matrix").first().isVisible()).toBe(true);
      expect([...incidents, ...linked.incidents]).toEqual([]);
    } finally {
      await browser.close();
      await rm(cwd, { recursive: true });
    }
  },
  120_000,
);
