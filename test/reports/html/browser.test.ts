import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import axe from "axe-core";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { reports } from "../../../reports/index.ts";
import { comparison, largeComparison, samples } from "../fixture.ts";
import { findChromium, launchChromium } from "./chromium.ts";
import { ATTACKS, hostileComparison, hostileSamples } from "./hostile.ts";
import { openWatched, type WatchedPage, type WatchOptions } from "./watched-page.ts";

const executable = findChromium();
const folder = mkdtempSync(join(tmpdir(), "evalh-browser-"));
const plain = join(folder, "plain.html");
const hostile = join(folder, "hostile.html");

describe.skipIf(executable === null)("HTML report in a browser, from disk", () => {
  let browser: Browser;

  beforeAll(async () => {
    const html = await reports.html();
    await html.write(comparison, samples, { path: plain });
    await html.write(hostileComparison, hostileSamples, { path: hostile, embed: "all" });
    browser = await launchChromium(executable ?? "");
  });

  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true });
  });

  const open = (path: string, options?: WatchOptions): Promise<WatchedPage> => openWatched(browser, path, options);

  test("opens with the verdict first and asks the network for nothing", async () => {
    const { page, incidents } = await open(plain);
    expect(await page.locator("h1").textContent()).toBe("Overfitting by the loss since step 189–252.");
    expect(await page.locator(".facts").textContent()).toContain("checkpoint-441");
    expect(incidents).toEqual([]);
  });

  test("is readable without JavaScript", async () => {
    const { page } = await open(plain, { javaScriptEnabled: false });
    expect(await page.locator("h1").isVisible()).toBe(true);
    expect(await page.locator("#scores table.scores tbody tr").count()).toBe(8);
    expect(await page.locator(".waiting").first().textContent()).toContain("Needs JavaScript");
  });

  test("sorts the table of checkpoints by a metric, both ways", async () => {
    const { page } = await open(plain);
    const header = page.locator("#scores th", { hasText: "chapter/accuracy" }).first();
    const names = (): Promise<string[]> => page.locator("#scores table.scores tbody th").allTextContents();
    await header.locator("button").click();
    expect(await header.getAttribute("aria-sort")).toBe("descending");
    expect((await names())[0]).toContain("checkpoint-441");
    await header.locator("button").click();
    expect(await header.getAttribute("aria-sort")).toBe("ascending");
    expect((await names())[0]).toContain("checkpoint-0");
  });

  test("filters samples by flag, slice and words, and says how many are left", async () => {
    const { page, incidents } = await open(plain);
    const result = page.locator(".result");
    expect(await result.textContent()).toBe("400 samples");
    await page.locator("button.chip", { hasText: "broken" }).click();
    const { broken, fixed } = comparison.cells["chapter/accuracy"]?.[7]?.difference ?? { broken: 0, fixed: 0 };
    expect(await result.textContent()).toBe(`${broken} of 400 samples`);
    expect(await page.locator("button.chip", { hasText: "fixed" }).textContent()).toBe(`fixed ${fixed}`);
    await page.locator("input[type=search]").fill("broken slice:rarity=rare");
    const rare = Number(/^\d+/u.exec((await result.textContent()) ?? "")?.[0]);
    expect(rare).toBeGreaterThan(0);
    expect(rare).toBeLessThan(broken);
    await page.locator("input[type=search]").fill("slice:rarity");
    expect(await result.textContent()).toContain("should read slice:field=value");
    expect(incidents).toEqual([]);
  });

  test("opens a sample with prompt, reference and every checkpoint's answer", async () => {
    const { page } = await open(plain);
    await page.locator(".list .row").nth(3).click();
    await page.waitForSelector(".cards");
    const id = await page.locator(".sample-id").textContent();
    expect(page.url()).toContain(`s=chapter/${id}`);
    expect(await page.locator(".prompt").textContent()).toContain("chapter:");
    const labels = (await page.locator(".card h4").allTextContents()).join(", ");
    for (const { id: checkpoint } of comparison.checkpoints)
      expect(labels).toContain(checkpoint.replace("tiny-icd/", ""));
  });

  test("follows a deep link to sample, metric, checkpoint and filter", async () => {
    const { page } = await open(plain, { fragment: "#s=title/t-0012&c=checkpoint-315&m=title/bleu&f=-failed" });
    await page.waitForSelector(".cards");
    expect(await page.locator(".sample-id").textContent()).toBe("t-0012");
    expect(await page.locator(".card.compared h4").textContent()).toBe("checkpoint-315");
    expect(await page.locator("input[type=search]").inputValue()).toBe("-failed");
    expect(await page.locator('.row[aria-selected="true"] .row-id').textContent()).toBe("t-0012");
    expect(await page.locator("#samples h2").isVisible()).toBe(true);
  });

  test("is worked by keyboard alone", async () => {
    const { page } = await open(plain);
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    expect(await page.locator('.row[aria-selected="true"] .row-id').textContent()).toBe("t-0002");
    await page.keyboard.press("k");
    expect(await page.locator('.row[aria-selected="true"] .row-id').textContent()).toBe("t-0001");
    await page.keyboard.press("Enter");
    expect(await page.evaluate<string>("document.activeElement.className")).toBe("detail");
    await page.keyboard.press("/");
    await page.keyboard.type("fixed j");
    expect(await page.locator("input[type=search]").inputValue()).toBe("fixed j");
    await page.keyboard.press("Escape");
    expect(await page.locator("input[type=search]").inputValue()).toBe("");
    await page.keyboard.press("Escape");
    expect(await page.evaluate<string>("document.activeElement.className")).toBe("list");
    await page.keyboard.press("?");
    expect(await page.locator("dialog").isVisible()).toBe(true);
    await page.keyboard.press("Escape");
    expect(await page.locator("dialog").isVisible()).toBe(false);
  });

  test("leads from how samples changed to those samples", async () => {
    const { page } = await open(plain);
    const row = page.locator(".trajectory-tables tr", { hasText: "Flip-flop" });
    const count = await row.locator("td").first().textContent();
    await row.locator("button").click();
    await page.waitForSelector(".result:has-text(' of ')");
    expect(await page.locator(".result").textContent()).toBe(`${count} of 400 samples`);
    expect(await page.locator("input[type=search]").inputValue()).toBe("flip");
  });

  test("names the samples that were broken, fixed or went to and fro, each a click from its text", async () => {
    const { page } = await open(plain);
    const { broken = 0 } = comparison.cells["chapter/accuracy"]?.[7]?.difference ?? {};
    const list = page.locator(".move-lists section", { hasText: "Broken" });
    expect(await list.locator(".chip").textContent()).toBe(`Show all ${broken}`);
    const first = list.locator(".move").first();
    expect((await first.locator(".row-strip i").allTextContents()).join("")).toBe("✓✗");
    const id = (await first.locator(".row-id").textContent()) ?? "";
    await first.click();
    await page.waitForSelector(`.sample-id:text-is("${id}")`);
    await list.locator(".chip").click();
    await page.waitForSelector(`.result:text-is("${broken} of 400 samples")`);
  });

  test("shows what judges read in an answer, and what was left out of the page at its end", async () => {
    const { page } = await open(plain, { fragment: "#s=chapter/t-0003" });
    await page.waitForSelector(".cards");
    expect(await page.locator(".card footer").first().textContent()).toContain("read as");
    const footer = page.locator("body > footer");
    expect(await footer.locator("h2").textContent()).toBe("What was left out");
    expect(await footer.textContent()).toContain("Diagrams of calibration are shown of 8 of 9 checkpoints");
  });

  test("tells of texts that were left out", async () => {
    const large = join(folder, "large.html");
    await (await reports.html()).write(largeComparison, samples, { path: large });
    const { page } = await open(large, { fragment: "#f=-text" });
    await page.locator(".list .row").first().click();
    await page.waitForSelector(".left-out");
    expect(await page.locator(".left-out").textContent()).toContain("--embed all");
    expect(await page.locator("footer").last().textContent()).toContain("the texts of");
  });

  test("turns dark by the system's setting and by its own button", async () => {
    const { page } = await open(plain, { colorScheme: "dark" });
    const background = (): Promise<string> => page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
    const dark = await background();
    await page.locator("[data-theme-toggle]").click();
    expect(await background()).not.toBe(dark);
  });

  test("prints the verdict and the largest losses in place of the browser", async () => {
    const { page } = await open(plain);
    await page.emulateMedia({ media: "print" });
    expect(await page.locator("h1").isVisible()).toBe(true);
    expect(await page.locator("[data-browser]").isVisible()).toBe(false);
    const printed = page.locator(".print-sample");
    expect(await printed.count()).toBe(comparison.cells["chapter/accuracy"]?.[7]?.difference?.broken);
    expect(await printed.first().isVisible()).toBe(true);
  });

  test.each([
    ["light", 1280],
    ["dark", 1280],
    ["light", 390],
  ] as const)("meets WCAG 2.2 AA by axe in %s at %i pixels, and never scrolls sideways", async (colorScheme, width) => {
    const { page } = await open(plain, {
      colorScheme,
      viewport: { width, height: 900 },
      fragment: "#s=title/t-0012&m=title/bleu",
    });
    await page.waitForSelector(".cards");
    await page.evaluate(axe.source);
    const { passed, violations } = await page.evaluate<{ passed: number; violations: string[] }>(
      `axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })
        .then(({ passes, violations }) => ({
          passed: passes.length,
          violations: violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => id + " " + target)),
        }))`,
    );
    expect(violations).toEqual([]);
    expect(passed).toBeGreaterThan(20);
    expect(await page.evaluate<number>("document.documentElement.scrollWidth - innerWidth")).toBe(0);
  });

  test("item 9: shows hostile names and answers as text, and lets none of them act", async () => {
    const { page, incidents } = await open(hostile, { fragment: "#f=differs" });
    for (let at = 0; at < ATTACKS.length; at++) {
      await page.keyboard.press("j");
      await page.waitForSelector(".cards");
    }
    await page.keyboard.press("d");
    await page.emulateMedia({ media: "print" });
    expect(await page.evaluate<unknown>("window.pwned")).toBeUndefined();
    expect(await page.locator("main iframe, main img, main a[href^=javascript], main svg animate, base").count()).toBe(
      0,
    );
    expect(await page.locator("h1").textContent()).toContain("</script><script>window.pwned=1</script>");
    expect(await page.locator(".card .text").first().textContent()).not.toMatch(/[\u0000\u2028\u202e]|\p{Surrogate}/u);
    expect(incidents).toEqual([]);
  });

  test("would notice an attack that acts: its policy stops it and says so", async () => {
    const { page, incidents } = await open(plain);
    await page.evaluate(`(() => {
      const script = document.createElement("script");
      try { script.textContent = "window.pwned = 1"; document.body.append(script); } catch {}
      try { document.body.innerHTML = "<p>gone</p>"; } catch {}
    })()`);
    expect(await page.evaluate<unknown>("window.pwned")).toBeUndefined();
    expect(await page.locator("h1").count()).toBe(1);
    expect(incidents.length).toBeGreaterThan(0);
  });
});
