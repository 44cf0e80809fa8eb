import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { formBatches, WINDOW } from "../../src/run/batches.ts";
import { doneSet } from "../../src/run/done-set.ts";

interface Item {
  readonly i: number;
  readonly length: number;
}

async function* stream(items: readonly Item[]): AsyncGenerator<readonly Item[]> {
  for (let start = 0; start < items.length; start += 3) yield items.slice(start, start + 3);
}

async function batchesOf(
  items: readonly Item[],
  isDone: (item: Item, repeat: number) => boolean,
  batchSize = 4,
  repeats = 1,
  isRepeatsTogether = false,
): Promise<string[]> {
  const batches = [];
  for await (const batch of formBatches(stream(items), {
    batchSize,
    repeats,
    isRepeatsTogether,
    lengthOf: (item) => item.length,
    isDone,
  })) {
    batches.push(batch.map(({ item, repeat }) => `${item.i}.${repeat}`).join(" "));
  }
  return batches;
}

const items = (lengths: readonly number[]): Item[] => lengths.map((length, i) => ({ i, length }));

describe("batches", () => {
  it("hold all repeats of a sample where they are asked together, also where one is missing", async () => {
    const all = items([1, 1, 1]);
    expect(await batchesOf(all, () => false, 1, 2, true)).toEqual(["0.0 0.1", "1.0 1.1", "2.0 2.1"]);
    const isDone = ({ i }: Item, repeat: number): boolean => i === 0 || (i === 1 && repeat === 0);
    expect(await batchesOf(all, isDone, 1, 2, true)).toEqual(["1.0 1.1", "2.0 2.1"]);
  });

  it("ask every sample once for every repeat", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(50), { maxLength: 60 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 3 }),
        async (lengths, size, repeats) => {
          const asked = (await batchesOf(items(lengths), () => false, size, repeats)).flatMap((batch) =>
            batch.split(" "),
          );
          const expected = lengths.flatMap((_, i) => Array.from({ length: repeats }, (__, repeat) => `${i}.${repeat}`));
          expect(asked.toSorted()).toEqual(expected.toSorted());
        },
      ),
    );
  });

  it("are the same whatever is done already, less those with nothing missing", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(50), { minLength: 1, maxLength: 60 }),
        fc.func(fc.boolean()),
        async (lengths, isDone) => {
          const all = await batchesOf(items(lengths), () => false);
          const rest = await batchesOf(items(lengths), (item) => isDone(item.i));
          expect(all.filter((batch) => rest.includes(batch))).toEqual(rest);
          for (const batch of all) {
            const missing = batch.split(" ").some((key) => !isDone(Number(key.split(".")[0])));
            expect(rest.includes(batch)).toBe(missing);
          }
        },
      ),
    );
  });

  it("hold samples of like length, longest first", async () => {
    expect(await batchesOf(items([1, 9, 2, 8, 3, 7]), () => false, 2)).toEqual(["1.0 3.0", "5.0 4.0", "2.0 0.0"]);
  });

  it("never look beyond a window, so that memory stays bounded", async () => {
    let read = 0;
    async function* endless(): AsyncGenerator<readonly Item[]> {
      for (;;) yield [{ i: read++, length: 1 }];
    }
    for await (const batch of formBatches(endless(), {
      batchSize: 8,
      repeats: 1,
      lengthOf: () => 1,
      isDone: () => false,
    })) {
      expect(batch).toHaveLength(8);
      break;
    }
    expect(read).toBeLessThanOrEqual(WINDOW);
  });
});

describe("a set of done samples", () => {
  it("counts each pair once and refuses what is outside", () => {
    const done = doneSet(3, 2);
    expect(done.add(1, 1)).toBe(true);
    expect(done.add(1, 1)).toBe(false);
    expect(done.add(3, 0)).toBe(false);
    expect(done.add(0, 2)).toBe(false);
    expect(done.add(-1, 0)).toBe(false);
    expect(done.has(1, 1)).toBe(true);
    expect(done.has(1, 0)).toBe(false);
    expect(done.size).toBe(1);
  });
});
