import { pathToFileURL } from "node:url";

import type { Browser, BrowserContextOptions, Page } from "playwright-core";

export interface WatchedPage {
  readonly page: Page;
  /** Console errors, page errors, dialogs and requests other than for the page itself. */
  readonly incidents: readonly string[];
}

export interface WatchOptions extends BrowserContextOptions {
  /** "#…" to open with. */
  readonly fragment?: string;
}

/** Opens a file, or a served page with its data, and watches what it does. */
export async function openWatched(
  browser: Browser,
  place: string,
  { fragment = "", ...options }: WatchOptions = {},
): Promise<WatchedPage> {
  const isServed = place.startsWith("http:");
  const url = isServed ? place : pathToFileURL(place).href;
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const incidents: string[] = [];
  page.on("console", (message) => void (message.type() === "error" && incidents.push(message.text())));
  page.on("pageerror", (error) => void incidents.push(error.message));
  page.on("dialog", (dialog) => void incidents.push(`dialog ${dialog.message()}`));
  page.on("request", (request) => {
    const asked = request.url();
    const isOwn = isServed ? asked.startsWith(url) : asked.startsWith("file:");
    if (!isOwn) incidents.push(`request ${asked}`);
  });
  await page.goto(url + fragment);
  if (options.javaScriptEnabled !== false) await page.waitForSelector("html[data-complete]");
  return { page, incidents };
}
