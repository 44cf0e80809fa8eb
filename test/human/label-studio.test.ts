import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import { afterEach, describe, expect, it } from "vitest";

import { openLabelStudio } from "../../src/human/label-studio/connection.ts";
import { pushSheet } from "../../src/human/label-studio/push.ts";
import { sheetOf } from "./sheet.ts";

const KEY = "0123456789abcdef";

/** What the real one does wrong, on demand: each import may fail after or before it is carried out. */
interface Faults {
  /** Of the n-th import from 0: "after" stores and answers 500, "before" answers 500 alone, "torn" stores and breaks off. */
  readonly imports: readonly ("after" | "before" | "torn" | "fine")[];
}

interface Fake {
  readonly url: string;
  /** Our ids in the order in which they were stored. */
  readonly stored: string[];
}

let server: Server | null = null;

/** Knows only what a push needs. */
async function faultyStudio({ imports }: Faults): Promise<Fake> {
  const stored: string[] = [];
  let count = 0;
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const say = (status: number, value: object): void => {
        response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
      };
      const path = request.url ?? "";
      if (request.headers.authorization !== `Token ${KEY}`) return say(401, { detail: `Invalid token ${KEY}x.` });
      if (path.startsWith("/api/current-user")) return say(200, { email: "ann@example.com" });
      if (path === "/api/projects/") return say(201, { id: 7 });
      if (path.startsWith("/api/tasks?")) {
        const page = Number(/page=(\d+)/u.exec(path)?.[1]);
        const tasks = stored
          .slice(100 * (page - 1), 100 * page)
          .map((id, index) => ({ id: index, data: { evalh_id: id } }));
        return say(200, { total: stored.length, tasks: tasks.map((task, i) => ({ ...task, id: 100 * page + i })) });
      }
      const fault = imports[count++] ?? "fine";
      const tasks = JSON.parse(Buffer.concat(chunks).toString()) as { data: { evalh_id: string } }[];
      if (fault !== "before") stored.push(...tasks.map(({ data }) => data.evalh_id));
      if (fault === "torn") return void response.destroy();
      return fault === "fine"
        ? say(201, { task_count: tasks.length })
        : say(500, { detail: "no attribute 'db_predictions'" });
    });
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, stored };
}

afterEach(async () => {
  await new Promise<void>((resolve) => (server === null ? resolve() : server.close(() => resolve())));
  server = null;
});

const signal = new AbortController().signal;
const options = { project: null, annotators: 1, onProject: () => Promise.resolve() };

describe("pushing to a Label Studio that fails", () => {
  it.each([
    [["after", "after", "fine"]],
    [["before", "torn", "before", "after"]],
    [["torn", "before", "before", "fine"]],
  ] as const)("sends every item once, whatever the server says of it: %j", async (imports) => {
    const { sheet } = await sheetOf({ n: 120, samples: 400, repeat: 0 });
    const fake = await faultyStudio({ imports });
    await using studio = await openLabelStudio(fake.url, KEY, signal);
    const { project, sent } = await pushSheet(studio, sheet, options);
    expect([project, sent]).toEqual([7, 120]);
    expect(fake.stored).toHaveLength(120);
    expect(new Set(fake.stored)).toEqual(new Set(sheet.items.map(({ id }) => id)));
  });

  it("gives up with the number of items that are there, and goes on from there later", async () => {
    const { sheet } = await sheetOf({ n: 120, samples: 400, repeat: 0 });
    const fake = await faultyStudio({ imports: ["fine", "before", "before", "before"] });
    await using studio = await openLabelStudio(fake.url, KEY, signal);
    await expect(pushSheet(studio, sheet, options)).rejects.toThrow("50 of 120 items are in project 7");
    expect(await pushSheet(studio, sheet, { ...options, project: 7 })).toEqual({ project: 7, known: 50, sent: 70 });
    expect(new Set(fake.stored).size).toBe(120);
  });

  it("names no key, even where the server repeats it", async () => {
    const { url } = await faultyStudio({ imports: [] });
    const wrong = "f".repeat(40);
    const refused = await openLabelStudio(url, wrong, signal).catch((error: unknown) => error as Error);
    expect(refused).toMatchObject({ code: "E_BACKEND", message: expect.stringContaining("status 401") });
    expect((refused as Error).message).not.toContain(wrong);
  });
});
