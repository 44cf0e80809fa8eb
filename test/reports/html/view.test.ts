import { execFileSync, spawnSync } from "node:child_process";
import { appendFile, readFile, rm } from "node:fs/promises";
import { request } from "node:http";
import { dirname } from "node:path";

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";

import { serveView, type ViewServer } from "../../../reports/html/serve/server.ts";
import { buildComparison } from "../../../src/compare/compare.ts";
import { lockRun } from "../../../src/run/store/lock.ts";
import { runFiles } from "../../../src/run/store/run-folder.ts";
import { answerTo, makeRun, type MadeRun } from "../../fixtures/runs/make-run.ts";
import { findChromium, launchChromium } from "./chromium.ts";
import { ATTACKS } from "./hostile.ts";
import { openWatched } from "./watched-page.ts";

const N = 40;
const TOY: MadeRun = {
  n: N,
  checkpoints: [
    { name: "checkpoint-1", step: 1, answer: (i) => (i % 2 === 0 ? answerTo(i) : `wrong ${i}`) },
    { name: "checkpoint-2", step: 2, answer: (i) => (i % 4 === 1 ? `worse ${i}` : answerTo(i)) },
  ],
};

interface Served extends AsyncDisposable {
  readonly folder: string;
  readonly server: ViewServer;
  readonly problems: readonly string[];
}

async function serve(made: MadeRun = TOY): Promise<Served> {
  const folder = await makeRun(made);
  const problems: string[] = [];
  const server = await serveView({
    folder,
    port: 0,
    onProblem: (message) => problems.push(message),
    compare: (data) => buildComparison(data),
  });
  return {
    folder,
    server,
    problems,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await rm(dirname(folder), { recursive: true });
    },
  };
}

interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The status of a request with headers that `fetch` would not send. */
function statusOf(url: string, { method = "GET", headers = {} }: Asked = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    request(url, { method, headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on("error", reject)
      .end();
  });
}

const hasSs = spawnSync("ss", ["-V"]).status === 0;
if (!hasSs) console.warn("SKIPPED: no `ss` on this machine; what the server binds is not asserted");

describe("the server of a report", () => {
  test.skipIf(!hasSs)("listens on 127.0.0.1 and on nothing else", async () => {
    await using served = await serve();
    const { port } = new URL(served.server.url);
    const listening = execFileSync("ss", ["-Hltn", `sport = :${port}`], { encoding: "utf8" });
    expect(
      listening
        .trim()
        .split("\n")
        .map((line) => line.split(/\s+/u)[3]),
    ).toEqual([`127.0.0.1:${port}`]);
  });

  it("answers only to its own name, to whoever has the token, and to no page elsewhere", async () => {
    await using served = await serve();
    const { url } = served.server;
    const { origin, port } = new URL(url);
    expect(await statusOf(url)).toBe(200);
    expect(await statusOf(url, { headers: { host: `localhost:${port}` } })).toBe(200);
    for (const host of ["evil.example", `evil.example:${port}`, "127.0.0.1"])
      expect(await statusOf(url, { headers: { host } })).toBe(403);
    for (const path of ["/", "/guess/", `/${"A".repeat(32)}/`, `/${"A".repeat(32)}/blocks/1/meta`])
      expect(await statusOf(origin + path)).toBe(404);
    for (const method of ["POST", "PUT", "DELETE"]) {
      expect(await statusOf(url, { method, headers: { origin: "http://evil.example" } })).toBe(403);
      expect(await statusOf(url, { method })).toBe(405);
    }
    const foreign = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" };
    expect(await statusOf(`${url}blocks/1/meta`, { headers: foreign })).toBe(403);
    expect(await statusOf(url, { headers: { origin: `http://evil.example:${port}` } })).toBe(403);
  });

  it("gives texts one by one, and nothing but what the page needs", async () => {
    await using served = await serve();
    const { url } = served.server;
    const page = await fetch(url);
    expect(page.headers.get("content-security-policy")).toMatch(
      /default-src 'none'.*connect-src 'self'.*frame-ancestors 'none'/u,
    );
    expect(await page.text()).not.toContain("<script type=");
    const sample = (await (await fetch(`${url}samples/1/5`)).json()) as [string, string[], [string][]];
    expect(sample[0]).toBe("question 5");
    expect(sample[2].map(([text]) => text)).toEqual(["wrong 5", "worse 5"]);
    for (const path of [
      `samples/1/${N}`,
      "samples/1/-1",
      "samples/1/..%2f..%2frun.json",
      "blocks/1/text-0",
      "run.json",
    ])
      expect(await statusOf(url + path)).toBe(404);
    expect(await statusOf(`${url}samples/2/5`)).toBe(410);
    expect(served.problems).toEqual([]);
  });

  it("says what it cannot read, and reads again once it can", async () => {
    await using served = await serve();
    const path = runFiles.manifest(served.folder);
    const manifest = await readFile(path, "utf8");
    await appendFile(path, "}");
    expect(await (await fetch(served.server.url)).text()).toContain("run.json does not parse");
    expect(served.problems[0]).toContain("run.json does not parse");
    await rm(path);
    await appendFile(path, manifest);
    expect((await fetch(served.server.url)).status).toBe(200);
  });
});

const executable = findChromium();

describe.skipIf(executable === null)("a served report in a browser", () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await launchChromium(executable ?? "");
  });

  afterAll(() => browser.close());

  test("is the same page: verdict, filter, texts from disk, deep links; and asks nobody else", async () => {
    await using served = await serve();
    const { page, incidents } = await openWatched(browser, served.server.url, { fragment: "#s=quiz/q7&f=text" });
    expect(await page.locator(".facts").textContent()).toContain("checkpoint-2");
    await page.waitForSelector(".cards");
    expect(await page.locator(".sample-id").textContent()).toBe("q7");
    expect((await page.locator(".card .text").allTextContents()).join(" ")).toContain("wrong 7");
    await page.locator("input[type=search]").fill("broken");
    await page.waitForSelector(".result:has-text(' of ')");
    await page.locator(".list .row").nth(2).click();
    await page.waitForSelector(".sample-id:not(:text-is('q7'))");
    expect(incidents).toEqual([]);
  });

  test("of a run that goes on says so, tells when there is more, and shows it when asked", async () => {
    const half: MadeRun = {
      ...TOY,
      state: "running",
      checkpoints: TOY.checkpoints.map(({ answer, ...rest }) => ({
        ...rest,
        answer: (i, split) => (rest.step === 2 && i > 10 ? undefined : answer(i, split)),
      })),
    };
    await using served = await serve(half);
    const whole = await makeRun(TOY);
    await using _lock = await lockRun(served.folder);
    const { page, incidents } = await openWatched(browser, served.server.url);
    await page.waitForSelector(".live-note:has-text('so far')");
    const shard = (folder: string): string => runFiles.samples(folder, "toy/checkpoint-2");
    const lines = (await readFile(shard(whole), "utf8")).split("\n").slice(11);
    await appendFile(shard(served.folder), lines.join("\n"));
    const loaded = page.waitForEvent("load");
    await page.locator(".live-note button").click();
    await loaded;
    await page.waitForSelector(".live-note:has-text('so far')");
    await page.waitForSelector("html[data-complete]");
    await page.locator(".list .row").nth(20).click();
    await page.waitForSelector(".cards");
    expect(await page.locator(".card h4").allTextContents()).toHaveLength(2);
    expect(await page.locator(".card .nothing").count()).toBe(0);
    expect(incidents.filter((each) => !each.includes("410"))).toEqual([]);
    await rm(dirname(whole), { recursive: true });
  });

  test("shows hostile answers as text", async () => {
    const [first] = TOY.checkpoints;
    if (first === undefined) throw new Error("there is no checkpoint");
    const attack: MadeRun = { ...TOY, n: ATTACKS.length, checkpoints: [{ ...first, answer: (i) => ATTACKS[i] }] };
    await using served = await serve(attack);
    const { page, incidents } = await openWatched(browser, served.server.url);
    for (let at = 0; at < ATTACKS.length; at++) {
      await page.keyboard.press("j");
      await page.waitForSelector(".cards");
    }
    expect(await page.evaluate<unknown>("window.pwned")).toBeUndefined();
    expect(incidents).toEqual([]);
  });

  test("keeps what it has read when the server has ended, and says so", async () => {
    const served = await serve();
    const { page } = await openWatched(browser, served.server.url);
    await served[Symbol.asyncDispose]();
    await page.waitForSelector(".live-note:has-text('has ended')");
    expect(await page.locator("h1").isVisible()).toBe(true);
  });
});
