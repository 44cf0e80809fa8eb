import { describe, expect, it } from "vitest";
import { createAdaptiveLimiter, type Limiter } from "../../../src/backend/http/limiter.ts";

const signal = new AbortController().signal;

/** A server in simulated time: so many at once, a fixed time each, the others wait; it refuses what is beyond `most`. */
interface Simulated {
  readonly slots: number;
  readonly ms: number;
  readonly most: number;
}

/** Sends `total` requests through a limiter, as soon as it lets them. Returns the limits seen and the time it took. */
function simulate(limiter: Limiter, { slots, ms, most }: Simulated, total: number) {
  const free = Array.from({ length: slots }, () => 0);
  const flying: { readonly started: number; readonly ends: number; readonly how: "answered" | "refused" }[] = [];
  const limits: number[] = [];
  let now = 0;
  let answered = 0;
  let refused = 0;
  while (answered < total) {
    while (limiter.tryEnter()) {
      if (flying.filter(({ how }) => how === "answered").length >= most) {
        flying.push({ started: now, ends: now + 1, how: "refused" });
        continue;
      }
      free.sort((a, b) => a - b);
      const begins = Math.max(now, free[0] ?? 0);
      free[0] = begins + ms;
      flying.push({ started: now, ends: begins + ms, how: "answered" });
    }
    flying.sort((a, b) => a.ends - b.ends);
    const next = flying.shift();
    if (next === undefined) throw new Error("nothing is under way");
    now = next.ends;
    if (next.how === "answered") answered++;
    else refused++;
    limiter.leave(next.how, now - next.started, now);
    limits.push(limiter.limit);
  }
  return { limits, settled: limits.slice(limits.length / 2), ms: now, refused };
}

describe("the adaptive limit", () => {
  it("rises to its bound where every further request adds throughput", () => {
    const limiter = createAdaptiveLimiter(256);
    const { settled, ms } = simulate(limiter, { slots: 1000, ms: 50, most: Infinity }, 5000);
    expect(Math.min(...settled)).toBe(256);
    // Five doublings of two round trips each, then 256 a round trip.
    expect(ms).toBeLessThan(1500);
  });

  it.each([4, 16, 64])("keeps a server of %i slots busy without a long queue", (slots) => {
    const limiter = createAdaptiveLimiter(256);
    const { settled, ms } = simulate(limiter, { slots, ms: 50, most: Infinity }, 20_000);
    expect(Math.max(...settled)).toBeLessThanOrEqual(Math.max(20, 4 * slots));
    expect(ms).toBeLessThan((20_000 / slots) * 50 * 1.1);
  });

  it("halves on refusals, once a round trip, and stays around what is taken", () => {
    const limiter = createAdaptiveLimiter(256);
    const { settled, refused } = simulate(limiter, { slots: 40, ms: 50, most: 40 }, 20_000);
    expect(Math.max(...settled)).toBeLessThanOrEqual(45);
    const mean = settled.reduce((sum, limit) => sum + limit, 0) / settled.length;
    expect(mean).toBeGreaterThan(20);
    expect(refused).toBeLessThan(20_000 * 0.02);
  });

  it("never goes below one", () => {
    const limiter = createAdaptiveLimiter(256);
    for (let i = 0; i < 20; i++) {
      expect(limiter.tryEnter()).toBe(true);
      limiter.leave("refused", 1, i * 10);
    }
    expect(limiter.limit).toBe(1);
  });

  it("does not rise where nobody asks for more", () => {
    const limiter = createAdaptiveLimiter(256);
    for (let i = 0; i < 500; i++) {
      limiter.tryEnter();
      limiter.leave("answered", 10, i * 10);
    }
    expect(limiter.limit).toBe(8);
  });

  it("lets those who wait go in turn, and forgets those who give up", async () => {
    const limiter = createAdaptiveLimiter(1);
    expect([limiter.tryEnter(), limiter.tryEnter()]).toEqual([true, false]);
    const order: string[] = [];
    const abort = new AbortController();
    const first = limiter.enter(signal).then(() => order.push("first"));
    const second = limiter.enter(abort.signal);
    const third = limiter.enter(signal).then(() => order.push("third"));
    abort.abort(new Error("enough"));
    await expect(second).rejects.toThrow("enough");
    limiter.leave("failed", 1, 1);
    await first;
    limiter.leave("failed", 1, 2);
    await third;
    expect(order).toEqual(["first", "third"]);
  });
});
