import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { formPage } from "../../src/human/form/page.ts";
import { importAnswers } from "../../src/human/import-answers.ts";
import { loadAnswers, type StoredSheet } from "../../src/human/store.ts";
import { findChromium, launchChromium } from "../reports/html/chromium.ts";
import { storedSheet } from "./sheet.ts";

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

  it("shows hostile answers as text and runs none of them", async () => {
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
