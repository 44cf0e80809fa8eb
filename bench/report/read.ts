import { pathToFileURL } from "node:url";

import type { Page } from "playwright-core";

import { launchChromium } from "../../test/reports/html/chromium.ts";
import { median } from "../measure.ts";

export interface Reading {
  readonly readySeconds: number;
  readonly filterMs: number;
  readonly sortMs: number;
  readonly openMs: number;
  readonly slowestOpenMs: number;
  /** While the list is scrolled by the wheel. */
  readonly scrolledFrames: number;
  readonly blankFrames: number;
  readonly heapMegabytes: number;
  readonly bufferMegabytes: number;
}

/** Opens a report from disk and uses it as a reader would. Times run from the event to the drawn result. */
export async function readInBrowser(executable: string, path: string): Promise<Reading> {
  const browser = await launchChromium(executable);
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    await page.goto(pathToFileURL(path).href);
    await page.waitForSelector("html[data-complete]", { timeout: 60_000 });
    const readyMs = await page.evaluate<number>('performance.getEntriesByName("evalh-ready")[0].startTime');
    const filters: number[] = [];
    for (const text of ["broken", "fixed", "slice:length=long", "score<20", "flip", "-broken delta>5", "the"]) {
      filters.push(await timeFilter(page, text));
    }
    await timeFilter(page, "");
    const sorts: number[] = [];
    for (const key of ["delta-up", "score-down", "delta-down", "score-up", "order"])
      sorts.push(await timeSort(page, key));
    await timeFilter(page, "text");
    const opens: number[] = [];
    for (let share = 0.05; share < 0.9; share += 0.1) opens.push(await timeOpen(page, share));
    const scrolling = await scrollList(page);
    const heap = await heapOf(page);
    return {
      readySeconds: readyMs / 1000,
      filterMs: median(filters),
      sortMs: median(sorts),
      openMs: median(opens),
      slowestOpenMs: Math.max(...opens),
      ...scrolling,
      ...heap,
    };
  } finally {
    await browser.close();
  }
}

/** From an event to the list showing its result: the list sets the height of its spacer last. */
function timeList(page: Page, act: string): Promise<number> {
  return page.evaluate<number>(`(async () => {
    const spacer = document.querySelector(".list-spacer");
    spacer.style.height = "1px";
    const start = performance.now();
    ${act};
    while (spacer.style.height === "1px") await null;
    return performance.now() - start;
  })()`);
}

function timeFilter(page: Page, text: string): Promise<number> {
  return timeList(
    page,
    `const input = document.querySelector("input[type=search]");
    input.value = ${JSON.stringify(text)};
    input.dispatchEvent(new Event("input"))`,
  );
}

function timeSort(page: Page, key: string): Promise<number> {
  return timeList(
    page,
    `const select = document.querySelectorAll(".toolbar select")[3];
    select.value = ${JSON.stringify(key)};
    select.dispatchEvent(new Event("change"))`,
  );
}

/** From the click on a row, somewhere in the list, to its answers standing in the panel. */
function timeOpen(page: Page, share: number): Promise<number> {
  return page.evaluate<number>(`(async () => {
    const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
    const list = document.querySelector(".list");
    list.scrollTop = list.scrollHeight * ${share};
    await wait(200);
    const rows = [...list.querySelectorAll(".row:not([hidden])")];
    const row = rows[Math.floor(rows.length / 2)];
    const wanted = row.querySelector(".row-id").textContent;
    const start = performance.now();
    row.click();
    while (document.querySelector(".sample-id")?.textContent !== wanted) await wait(1);
    if (document.querySelector(".cards") === null) throw new Error("the text of " + wanted + " is not in the report");
    return performance.now() - start;
  })()`);
}

const WHEEL_TURNS = 120;

/** Turns the wheel over the list, and looks after every frame whether rows stand at its top, middle and bottom. */
async function scrollList(page: Page): Promise<Pick<Reading, "scrolledFrames" | "blankFrames">> {
  const list = page.locator(".list");
  await list.scrollIntoViewIfNeeded();
  await page.evaluate(`(() => {
    const list = document.querySelector(".list");
    list.scrollTop = 0;
    const seen = (window.evalhSeen = { frames: 0, blank: 0, done: false, top: -1 });
    const hasRow = (x, y) => document.elementFromPoint(x, y)?.closest(".row") != null;
    const look = () => {
      if (seen.done) return;
      const { left, top, width, bottom } = list.getBoundingClientRect();
      const x = left + width / 2;
      const visible = [Math.max(top, 0) + 4, (top + Math.min(bottom, innerHeight)) / 2, Math.min(bottom, innerHeight) - 4];
      if (list.scrollTop !== seen.top) {
        seen.frames++;
        if (!visible.every((y) => hasRow(x, y))) seen.blank++;
      }
      seen.top = list.scrollTop;
      // A task after the frame sees what was drawn in it.
      requestAnimationFrame(() => setTimeout(look));
    };
    requestAnimationFrame(() => setTimeout(look));
  })()`);
  await list.hover();
  for (let turn = 0; turn < WHEEL_TURNS; turn++) {
    await page.mouse.wheel(0, 300 * (1 + (turn % 10)));
    await page.waitForTimeout(8);
  }
  const seen = await page.evaluate<{ frames: number; blank: number }>(
    "((window.evalhSeen.done = true), window.evalhSeen)",
  );
  return { scrolledFrames: seen.frames, blankFrames: seen.blank };
}

async function heapOf(page: Page): Promise<{ readonly heapMegabytes: number; readonly bufferMegabytes: number }> {
  const session = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.collectGarbage");
  const usage = await session.send("Runtime.getHeapUsage");
  const buffers = "backingStorageSize" in usage ? usage.backingStorageSize : Number.NaN;
  return { heapMegabytes: usage.usedSize / 1e6, bufferMegabytes: buffers / 1e6 };
}
