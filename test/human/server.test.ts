import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { request } from "node:http";

import { describe, expect, it } from "vitest";

import { serveSheet, type HumanServer } from "../../src/human/server.ts";
import { appendAnswers, loadAnswers, type StoredSheet } from "../../src/human/store.ts";
import { findChromium, launchChromium } from "../reports/html/chromium.ts";
import { storedSheet } from "./sheet.ts";

async function serve(run: string, { sheet, key }: StoredSheet): Promise<HumanServer> {
  const before = await loadAnswers(run, key.id);
  return serveSheet({
    sheet,
    secret: key.secret,
    raters: ["ann", "bob"],
    port: 0,
    before,
    save: (answer) => appendAnswers(run, key.id, [answer]),
  });
}

const post = (link: string, value: object, type = "application/json"): Promise<Response> =>
  fetch(`${link}answers`, { method: "POST", headers: { "content-type": type }, body: JSON.stringify(value) });

function statusWith(link: string, headers: Readonly<Record<string, string>>, method = "GET"): Promise<number> {
  return new Promise((resolve, reject) => {
    request(link, { headers, method }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on("error", reject)
      .end();
  });
}

/** The addresses, as the kernel writes them, on which somebody listens to a port. */
async function listeners(port: number): Promise<string[]> {
  const tables = await Promise.all(["/proc/net/tcp", "/proc/net/tcp6"].map((path) => readFile(path, "utf8")));
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return tables.flatMap((table) =>
    table.split("\n").flatMap((row) => {
      const [, local = "", , state] = row.trim().split(/\s+/u);
      return state === "0A" && local.endsWith(suffix) ? [local.slice(0, -suffix.length)] : [];
    }),
  );
}

describe("the local page for raters", () => {
  it("takes answers of several raters at once, none lost or mixed up", async () => {
    await using place = await storedSheet({ n: 50, repeat: 0 });
    const { run, stored } = place;
    await using server = await serve(run, stored);
    const statuses = await Promise.all(
      [...server.links.values()].flatMap((link) =>
        stored.sheet.items.map(async ({ id }) => (await post(link, { id, value: "tie" })).status),
      ),
    );
    expect(new Set(statuses)).toEqual(new Set([204]));
    const answers = await loadAnswers(run, stored.key.id);
    expect(answers.filter(({ rater }) => rater === "ann")).toHaveLength(50);
    expect(answers.filter(({ rater }) => rater === "bob")).toHaveLength(50);
  });

  it("shows nothing without a token or under another host name, and refuses what is no answer", async () => {
    await using place = await storedSheet({ n: 5, repeat: 0 });
    const { run, stored } = place;
    await using server = await serve(run, stored);
    const link = server.links.get("ann") ?? "";
    const { origin } = new URL(link);
    expect((await fetch(link)).status).toBe(200);
    for (const path of ["/", "/guess/", `/${"A".repeat(32)}/`]) expect((await fetch(origin + path)).status).toBe(404);
    for (const host of ["evil.example", "127.0.0.1.evil.example"]) expect(await statusWith(link, { host })).toBe(403);
    const { host } = new URL(link);
    const json = { host, "content-type": "application/json" };
    for (const from of ["http://evil.example", "null", `https://${host}`])
      expect(await statusWith(`${link}answers`, { ...json, origin: from }, "POST")).toBe(403);
    expect(await statusWith(`${link}answers`, { ...json, "sec-fetch-site": "cross-site" }, "POST")).toBe(403);
    // Somebody follows the link from a mail.
    const mailed = { host, "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" };
    expect(await statusWith(link, mailed)).toBe(200);
    const id = stored.sheet.items[0]?.id;
    expect((await post(link, { id, value: "C" })).status).toBe(400);
    expect((await post(link, { id: "other", value: "A" })).status).toBe(400);
    expect((await post(link, { id, value: "A" }, "text/plain")).status).toBe(415);
    expect((await post(link, { id, value: "A", note: "x".repeat(100_000) })).status).toBe(400);
    expect(await loadAnswers(run, stored.key.id)).toEqual([]);
    expect(await (await fetch(link)).text()).not.toContain("m/one");
  });

  it.skipIf(!existsSync("/proc/net/tcp6"))(
    "listens on this machine alone, and gives everybody the same link again after a restart",
    async () => {
      await using place = await storedSheet({ n: 3, repeat: 0 });
      const { run, stored } = place;
      const tokens: string[] = [];
      for (let start = 0; start < 2; start++) {
        await using server = await serve(run, stored);
        const link = server.links.get("ann") ?? "";
        tokens.push(new URL(link).pathname);
        expect(await listeners(Number(new URL(link).port))).toEqual(["0100007F"]);
        expect(server.links.get("bob")).not.toBe(link);
      }
      expect(tokens[0]).toBe(tokens[1]);
      expect(tokens[0]).toMatch(/^\/[\w-]{32}\/$/u);
      expect(JSON.stringify(stored.sheet)).not.toContain(stored.key.secret);
    },
  );

  it.skipIf(findChromium() === null)("goes on in a browser where the rater stopped", async () => {
    await using place = await storedSheet({ n: 5, repeat: 0 });
    const { run, stored } = place;
    await using server = await serve(run, stored);
    const browser = await launchChromium(findChromium() ?? "");
    try {
      for (const keys of [
        ["1", "2"],
        ["3", "4", "1"],
      ]) {
        // A context of its own each time: nothing is kept in the browser.
        const page = await (await browser.newContext()).newPage();
        await page.goto(server.links.get("ann") ?? "");
        for (const key of keys) {
          const stored204 = page.waitForResponse((response) => response.status() === 204);
          await page.keyboard.press(key);
          await stored204;
        }
        await page.context().close();
      }
    } finally {
      await browser.close();
    }
    const values = new Map((await loadAnswers(run, stored.key.id)).map(({ item, value }) => [item, value]));
    expect(stored.sheet.items.map(({ id }) => values.get(id))).toEqual(["A", "B", "tie", "both_bad", "A"]);
  });
});
