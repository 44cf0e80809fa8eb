import { describe, expect, it } from "vitest";

import { openKeep } from "../../src/run/keep.ts";

describe("what checkpoints share", () => {
  it("is opened once, closed before another is opened, and closed at the end", async () => {
    const log: string[] = [];
    const open = (name: string) => async () => {
      log.push(`open ${name}`);
      return { name, [Symbol.asyncDispose]: async () => void log.push(`close ${name}`) };
    };
    {
      await using keep = openKeep();
      const [first, same] = await Promise.all([keep.take("a", open("a")), keep.take("a", open("a"))]);
      expect(same).toBe(first);
      await keep.take("b", open("b"));
      await keep.drop();
      await keep.take("b", open("b"));
    }
    expect(log).toEqual(["open a", "close a", "open b", "close b", "open b", "close b"]);
  });

  it("is tried again after it could not be opened", async () => {
    await using keep = openKeep();
    await expect(keep.take("a", () => Promise.reject(new Error("no memory")))).rejects.toThrow("no memory");
    const thing = await keep.take("a", async () => ({ n: 1, [Symbol.asyncDispose]: async () => undefined }));
    expect(thing.n).toBe(1);
  });
});
