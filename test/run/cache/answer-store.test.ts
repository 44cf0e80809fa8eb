import { appendFile, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import type { Completion } from "../../../src/core/completion.ts";
import { openAnswerStore, type AnswerStore } from "../../../src/run/cache/answer-store.ts";
import { countAnswers, listScopes, pruneCache } from "../../../src/run/cache/cache-folder.ts";
import type { Scope } from "../../../src/run/cache/scope.ts";

let root = "";

function scope(digit: string): Scope {
  return { digest: digit.repeat(64), about: { checkpoint: `m/c${digit}`, task: "t", backend: "b: 1" } };
}

function key(n: number): string {
  return n.toString(16).padStart(8, "0").repeat(4);
}

function answers(n: number, count = 2): Completion[] {
  return Array.from({ length: count }, (_, i) => ({ text: `answer ${n}.${i} \u{1f600}`, finish: "stop" as const }));
}

async function open(digit = "a", problems: string[] = []): Promise<AnswerStore> {
  return openAnswerStore(root, scope(digit), { most: Infinity, onProblem: (message) => problems.push(message) });
}

async function fill(digit: string, from: number, to: number): Promise<void> {
  await using store = await open(digit);
  for (let n = from; n < to; n++) store.put(key(n), answers(n));
}

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "evalh-cache-"));
});
afterEach(() => rm(root, { recursive: true }));

describe("answers kept on disk", () => {
  it("are found at once, by the next run and by a run beside it, in their scope only", async () => {
    await using first = await open();
    await using beside = await open();
    first.put(key(1), answers(1));
    beside.put(key(2), answers(2));
    expect(await first.get(key(1))).toEqual(answers(1));
    await first[Symbol.asyncDispose]();
    await beside[Symbol.asyncDispose]();
    await using next = await open();
    expect(await next.get(key(1))).toEqual(answers(1));
    expect(await next.get(key(2))).toEqual(answers(2));
    expect(await next.get(key(3))).toBeNull();
    await using other = await open("b");
    expect(await other.get(key(1))).toBeNull();
  });

  it("are found behind long ones and after many flushes", async () => {
    const long: Completion[] = [{ text: "long ".repeat(20_000), finish: "length" }];
    {
      await using store = await open();
      for (let n = 0; n < 40; n++) {
        store.put(key(n), n % 10 === 0 ? long : answers(n));
        if (n % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 60));
      }
      for (let n = 0; n < 40; n++) expect(await store.get(key(n))).toEqual(n % 10 === 0 ? long : answers(n));
    }
    await using store = await open();
    for (let n = 0; n < 40; n++) expect(await store.get(key(n))).toEqual(n % 10 === 0 ? long : answers(n));
  });

  it("are lost one by one when a file is damaged or torn, and asked again", async () => {
    await fill("a", 0, 20);
    const folder = join(root, scope("a").digest);
    const name = (await readdir(folder)).find((each) => each.endsWith(".jsonl")) ?? "";
    const bytes = await readFile(join(folder, name));
    const hit = bytes.indexOf("answer 7.0");
    bytes[hit + 7] = (bytes[hit + 7] ?? 0) ^ 1;
    await writeFile(join(folder, name), bytes.subarray(0, bytes.length - 5));
    await using store = await open();
    const found = await Promise.all(Array.from({ length: 20 }, (_, n) => store.get(key(n))));
    expect(found.flatMap((each, n) => (each === null ? [n] : []))).toEqual([7, 19]);
    expect(found[8]).toEqual(answers(8));
  });

  it("are given up with one warning where nothing can be written, and the run goes on", async () => {
    const blocked = join(root, "file");
    await writeFile(blocked, "");
    const problems: string[] = [];
    await using store = await openAnswerStore(blocked, scope("a"), {
      most: Infinity,
      onProblem: (message) => problems.push(message),
    });
    store.put(key(1), answers(1));
    await store[Symbol.asyncDispose]();
    store.put(key(2), answers(2));
    expect(problems).toEqual([expect.stringMatching(/answers are no longer kept/)]);
  });

  it("are not taken for another question's whose key begins alike", async () => {
    const alike = (end: string): string => `${"0".repeat(16)}${end.repeat(16)}`;
    {
      await using store = await open();
      store.put(alike("a"), answers(1));
    }
    await using store = await open();
    expect(await store.get(alike("b"))).toBeNull();
    expect(await store.get(alike("a"))).toEqual(answers(1));
  });

  it("are kept up to a limit, also while a run lasts", async () => {
    const problems: string[] = [];
    const onProblem = (message: string): void => void problems.push(message);
    {
      await using store = await openAnswerStore(root, scope("a"), { most: 1000, onProblem });
      for (let n = 0; n < 50; n++) store.put(key(n), answers(n));
    }
    expect(problems).toEqual([expect.stringContaining("its limit is reached")]);
    const [kept] = await listScopes(root);
    expect(kept?.bytes).toBeGreaterThan(900);
    expect(kept?.bytes).toBeLessThan(1500);
  });

  it("are listed with their sizes and counts; other files in the folder are left alone", async () => {
    await fill("a", 0, 3);
    await appendFile(join(root, "notes.txt"), "mine");
    const [found, ...more] = await listScopes(root);
    expect(more).toEqual([]);
    expect(found).toMatchObject({ checkpoint: "m/ca", task: "t", backend: "b: 1" });
    expect(found?.bytes).toBe((await stat(found?.files[0] ?? "")).size);
    expect(found === undefined ? 0 : await countAnswers(found)).toBe(6);
    await pruneCache(root, 0);
    expect(await readdir(root)).toEqual(["notes.txt"]);
  });

  it("go when there are too many, those first that were used longest ago", async () => {
    for (const [age, digit] of ["a", "b", "c"].entries()) {
      await fill(digit, 0, 5);
      const used = new Date(Date.now() - (age + 1) * 60_000);
      await utimes(join(root, scope(digit).digest, "scope.json"), used, used);
    }
    const [one] = await listScopes(root);
    {
      // Reading makes the oldest the one used last.
      await using store = await open("c");
      await store.get(key(1));
    }
    await pruneCache(root, 2 * (one?.bytes ?? 0));
    expect((await listScopes(root)).map(({ checkpoint }) => checkpoint)).toEqual(["m/cc", "m/ca"]);
  });
});
