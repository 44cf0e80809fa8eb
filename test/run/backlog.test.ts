import { setImmediate } from "node:timers/promises";

import { describe, expect, it } from "vitest";

import { backlog } from "../../src/run/backlog.ts";

describe("a backlog", () => {
  it("never runs more at a time than it may, nor queues more than that again", async () => {
    let running = 0;
    let most = 0;
    let begun = 0;
    let finished = 0;
    const work = backlog(3);
    for (let i = 0; i < 50; i++) {
      await work.add(async () => {
        most = Math.max(most, ++running);
        await setImmediate();
        running--;
        finished++;
      });
      begun++;
      expect(begun - finished).toBeLessThanOrEqual(6);
    }
    await work.settle();
    expect({ most, finished }).toEqual({ most: 3, finished: 50 });
  });

  it("lets the number under way grow in steps of 32, and waits no more once it has grown", async () => {
    const begunAt: number[] = [];
    const ends: (() => void)[] = [];
    let begun = 0;
    const work = backlog(100, async () => {
      await setImmediate();
      begunAt.push(begun);
    });
    const hold = (): Promise<void> => {
      begun++;
      return new Promise((resolve) => ends.push(resolve));
    };
    for (let i = 0; i < 100; i++) await work.add(hold);
    for (const end of ends.splice(0)) end();
    for (let i = 0; i < 100; i++) await work.add(() => Promise.resolve());
    await work.settle();
    expect(begunAt).toEqual([32, 64, 96]);
  });

  it("lets what runs end, begins nothing more, then throws the first failure", async () => {
    const work = backlog(2);
    const ended: string[] = [];
    const slow = (name: string, turns: number) => async (): Promise<void> => {
      for (let turn = 0; turn < turns; turn++) await setImmediate();
      ended.push(name);
      if (name === "first") throw new Error("first");
    };
    await work.add(slow("first", 2));
    await work.add(slow("runs already", 5));
    await work.add(slow("waits", 0));
    await expect(work.settle()).rejects.toThrow("first");
    expect(ended).toEqual(["first", "runs already"]);
    expect(work.hasFailed).toBe(true);
  });
});
