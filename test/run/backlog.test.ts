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

  it("lets what runs end, then throws the first failure", async () => {
    const work = backlog(2);
    let other = false;
    await work.add(() => Promise.reject(new Error("first")));
    await work.add(async () => {
      await setImmediate();
      other = true;
    });
    await expect(work.settle()).rejects.toThrow("first");
    expect({ other, failed: work.hasFailed }).toEqual({ other: true, failed: true });
  });
});
