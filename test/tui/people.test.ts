import { rm } from "node:fs/promises";
import { dirname } from "node:path";

import { afterEach, beforeEach, expect, test } from "vitest";

import { appendAnswers, saveSheet, type StoredSheet } from "../../src/human/store.ts";
import { compareFolder } from "../../src/tui/data/compare-run.ts";
import { peopleList } from "../../src/tui/data/people-list.ts";
import { openSession } from "../../src/tui/data/session.ts";
import { speakScreen } from "../../src/tui/screen/spoken.ts";
import { makeRun } from "../fixtures/runs/make-run.ts";
import { sheetOf } from "../human/sheet.ts";
import { onBench, TOY } from "./toy-run.ts";

let folder: string;

beforeEach(async () => {
  folder = await makeRun(TOY);
});

afterEach(() => rm(dirname(folder), { recursive: true }));

async function addSheet(): Promise<StoredSheet> {
  const stored = await sheetOf({ n: 20, repeat: 0 });
  await saveSheet(folder, stored.sheet, stored.key);
  return stored;
}

async function judge({ sheet }: StoredSheet, rater: string, count: number): Promise<void> {
  const answers = sheet.items.slice(0, count).map(({ id }) => ({ item: id, rater, value: "A", source: "rate" }));
  await appendAnswers(folder, sheet.id, answers);
}

test("a run without sheets has no screen for people", async () => {
  await using session = await openSession(folder, {
    compareRun: ({ base }) => compareFolder(folder, { base, baseline: null }),
  });
  await session.settled();
  const bench = onBench(session, 120, 36);
  expect(bench.text()).not.toContain("People");
  expect(bench.text()).not.toContain("judged");
});

test("one with a sheet shows what waits, who has judged how much, and what came out of it", async () => {
  const stored = await addSheet();
  await judge(stored, "ann", 12);
  await judge(stored, "bob\u001b[2J", 5);
  await using session = await openSession(folder, {
    compareRun: ({ base }) => compareFolder(folder, { base, baseline: null }),
  });
  await session.settled();
  const bench = onBench(session, 120, 36);
  expect(bench.text()).toContain(`${stored.key.id} 12/20 judged`);
  await bench.press("5");
  const text = bench.text();
  expect(text).toContain("[People]");
  expect(text).toMatch(/12\/20 judged {3}which of two answers is better/u);
  expect(text).toMatch(/ann .*█.* 12\/20/u);
  expect(text).toContain("bob␛[2J");
  expect(text).toMatch(/m\/one over m\/two: \d+ won, \d+ lost, 0 ties .*; sign test p /u);
  expect(text).toContain("agreement on 5 items: 100.0 % equal");
  expect(text).toContain("evalh human rate");
  expect(speakScreen(bench.state(), bench.scene())).toEqual([`Sheet ${stored.key.id}: 12 of 20 items judged.`]);
});

test("answers that come meanwhile are seen", async () => {
  const stored = await addSheet();
  const people = peopleList(folder);
  await people.poll();
  expect(people.sheets()).toMatchObject([{ raters: [], result: { judged: 0, items: 20 } }]);
  await judge(stored, "ann", 3);
  await expect.poll(() => people.poll(), { timeout: 10_000 }).toBe(true);
  expect(people.sheets()).toMatchObject([{ raters: [{ rater: "ann", answers: 3 }], result: { judged: 3 } }]);
});
