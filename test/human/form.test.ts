import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import axe from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { formPage } from "../../src/human/form/page.ts";
import { importAnswers } from "../../src/human/import-answers.ts";
import { loadAnswers, type StoredSheet } from "../../src/human/store.ts";
import { findChromium, launchChromium } from "../reports/html/chromium.ts";
import { CHECKPOINTS, storedSheet } from "./sheet.ts";

const executable = findChromium();
const folder = mkdtempSync(join(tmpdir(), "evalh-form-"));

describe.skipIf(executable === null)("the form in a browser, from disk", () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await launchChromium(executable ?? "");
  });

  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true });
  });

  async function open(
    { sheet }: StoredSheet,
    name: string,
  ): Promise<{ readonly page: Page; readonly incidents: string[] }> {
    const path = join(folder, `${name}.html`);
    writeFileSync(path, formPage(sheet));
    const page = await (await browser.newContext()).newPage();
    const incidents: string[] = [];
    page.on("console", (message) => void (message.type() === "error" && incidents.push(message.text())));
    page.on("pageerror", (error) => void incidents.push(error.message));
    page.on("dialog", (dialog) => void incidents.push(`dialog ${dialog.message()}`));
    page.on("request", (request) => void (/^(?:file|blob):/u.test(request.url()) || incidents.push(request.url())));
    await page.goto(pathToFileURL(path).href);
    return { page, incidents };
  }

  async function start(page: Page): Promise<void> {
    // Keys that come before the page listens are lost.
    await page.waitForFunction('document.activeElement?.tagName === "INPUT"');
    await page.keyboard.type("ann");
    await page.keyboard.press("Enter");
    await page.waitForSelector("#work:not([hidden])");
  }

  it("takes every answer by key, undoes, keeps work over a reload, and saves what an import takes", async () => {
    await using place = await storedSheet({ n: 10, repeat: 0 });
    const { run, stored } = place;
    const { page, incidents } = await open(stored, "keys");
    await start(page);
    expect(await page.locator("#prompt").textContent()).toBe(stored.sheet.items[0]?.prompt);
    for (const key of ["1", "2", "u", "3"]) await page.keyboard.press(key);
    await page.keyboard.press("n");
    await page.keyboard.type("1 odd, =1+1");
    await page.keyboard.press("Escape");
    await page.keyboard.press("4");
    await page.reload();
    await start(page);
    expect(await page.locator("#status").textContent()).toContain("Item 4 of 10, 3 done");
    for (let item = 3; item < 10; item++) await page.keyboard.press("1");
    expect(await page.locator("#status").textContent()).toContain("10 done. Save");
    const [download] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("s")]);
    expect(download.suggestedFilename()).toBe(`human-${stored.sheet.id}-ann.answers.jsonl`);
    const text = readFileSync(await download.path(), "utf8");
    const imported = await importAnswers({ run, stored, file: { path: "a", text }, format: "html", keep: "refuse" });
    expect(imported).toEqual({ added: 10, known: 0, replaced: 0, outdated: 0, raters: ["ann"] });
    const answers = await loadAnswers(run, stored.key.id);
    expect(answers.slice(0, 4).map(({ value }) => value)).toEqual(["A", "tie", "both_bad", "A"]);
    expect(answers[2]?.note).toBe("1 odd, =1+1");
    expect(answers.every(({ seconds }) => (seconds ?? -1) >= 0)).toBe(true);
    expect(incidents).toEqual([]);
  });

  it.each(["light", "dark"] as const)(
    "has nothing that axe objects to, in %s, before and while judging",
    async (scheme) => {
      await using place = await storedSheet({ form: "choice", chosen: CHECKPOINTS, n: 6, repeat: 0 });
      const { page } = await open(place.stored, `axe-${scheme}`);
      await page.emulateMedia({ colorScheme: scheme });
      const violations = async (): Promise<string[]> => {
        // The page's own policy lets no script in; the checker comes through the debugger.
        await page.evaluate(axe.source);
        const found = await page.evaluate<{ id: string; nodes: { target: string[] }[] }[]>(
          `axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }).then(({ violations }) => violations)`,
        );
        return found.map(({ id, nodes }) => `${id} ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
      };
      expect(await violations()).toEqual([]);
      await start(page);
      await page.keyboard.press("2");
      await page.keyboard.press("u");
      expect(await page.locator('#choices [aria-pressed="true"]').textContent()).toContain("B is best");
      expect(await violations()).toEqual([]);
      expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
    },
  );

  it("offers each item the verdicts that it has, by fixed keys, and goes back along what was judged", async () => {
    await using place = await storedSheet({ form: "choice", chosen: CHECKPOINTS, n: 6, repeat: 0 });
    const { run, stored } = place;
    const { page } = await open(stored, "choice");
    await start(page);
    expect(await page.locator("#choices button").allTextContents()).toEqual([
      "1 A is best",
      "2 B is best",
      "3 C is best",
      "7 Tie",
      "8 None is usable",
    ]);
    // 4 means nothing here; undo goes to what was judged last, wherever one has gone since.
    for (const key of ["3", "4", "7", "ArrowRight", "ArrowRight", "u"]) await page.keyboard.press(key);
    expect(await page.locator("#status").textContent()).toContain("Item 2 of 6, 2 done");
    await page.keyboard.press("8");
    await page.keyboard.press("g");
    for (let item = 2; item < 6; item++) await page.keyboard.press("1");
    const [download] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("s")]);
    const text = readFileSync(await download.path(), "utf8");
    await importAnswers({ run, stored, file: { path: "a", text }, format: "html", keep: "refuse" });
    const values = new Map((await loadAnswers(run, stored.key.id)).map(({ item, value }) => [item, value]));
    expect(stored.sheet.items.map(({ id }) => values.get(id))).toEqual(["C", "none", "A", "A", "A", "A"]);
  });

  it("joins what one rater says in two windows", async () => {
    await using place = await storedSheet({ n: 4, repeat: 0 });
    const { page } = await open(place.stored, "windows");
    const other = await page.context().newPage();
    await other.goto(page.url());
    await start(page);
    await start(other);
    await page.keyboard.press("1");
    await other.locator("#status", { hasText: "1 done" }).waitFor();
    await other.keyboard.press("ArrowRight");
    await other.keyboard.press("2");
    await page.locator("#status", { hasText: "2 done" }).waitFor();
  });

  it("item 9: shows hostile answers as text and runs none of them", async () => {
    await using place = await storedSheet({ n: 1, repeat: 0 });
    const { stored } = place;
    const attack = `</script><script>alert(1)</script><img src=x onerror="alert(2)"><!--`;
    const items = stored.sheet.items.map((item) => ({ ...item, prompt: attack, answers: [attack, attack] }));
    const { page, incidents } = await open({ ...stored, sheet: { ...stored.sheet, items } }, "hostile");
    await start(page);
    expect(await page.locator("#answer-1").textContent()).toBe(attack);
    expect(await page.locator("img").count()).toBe(0);
    expect(incidents).toEqual([]);
  });
});
