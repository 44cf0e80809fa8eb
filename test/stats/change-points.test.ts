import { describe, expect, it } from "vitest";

import { changePoints } from "../../src/stats/change-points.ts";
import { numpyMt19937 } from "../../src/stats/mt19937.ts";

/** Runs over the same 300 questions, each with a chance of its own; `shift` lowers it from run to run. */
function drawn(runs: number, shift: (run: number) => number, seed: number): Float64Array[] {
  const random = numpyMt19937(seed);
  const chances = Float64Array.from({ length: 300 }, () => random.double());
  return Array.from({ length: runs }, (_, run) =>
    chances.map((chance) => (random.double() < chance * (1 - shift(run)) ? 1 : 0)),
  );
}

describe("change points of a history", () => {
  it("are where the level jumped, with how far", () => {
    const found = changePoints(
      drawn(20, (run) => (run < 8 ? 0 : 0.3), 1),
      { alpha: 0.05 },
    );
    expect(found).toHaveLength(1);
    expect(found[0]?.at).toBe(8);
    expect(found[0]?.value).toBeCloseTo(-0.15, 1);
  });

  it("are several where it jumped and came back", () => {
    const found = changePoints(
      drawn(24, (run) => (run >= 8 && run < 16 ? 0.3 : 0), 2),
      { alpha: 0.05 },
    );
    expect(found.map(({ at }) => at)).toEqual([8, 16]);
    expect(found[0]?.value).toBeLessThan(0);
    expect(found[1]?.value).toBeGreaterThan(0);
  });

  it("find a slow decline of which no step is significant", () => {
    const slow = drawn(20, (run) => run * 0.01, 3);
    expect(changePoints(slow, { alpha: 0.05 })).not.toEqual([]);
    for (let run = 1; run < slow.length; run++) {
      expect(changePoints(slow.slice(run - 1, run + 1), { alpha: 0.001 })).toEqual([]);
    }
  });

  it("are rare where nothing changed", () => {
    const alarms = Array.from({ length: 300 }, (_, seed) =>
      changePoints(
        drawn(12, () => 0, 100 + seed),
        { alpha: 0.05 },
      ),
    );
    const rate = alarms.filter((found) => found.length > 0).length / alarms.length;
    expect(rate).toBeGreaterThan(0);
    expect(rate).toBeLessThan(0.06);
  });

  it("are none of a short, an empty or a constant history", () => {
    expect(changePoints([], { alpha: 0.05 })).toEqual([]);
    expect(changePoints([new Float64Array(5)], { alpha: 0.05 })).toEqual([]);
    expect(
      changePoints(
        Array.from({ length: 5 }, () => new Float64Array(9).fill(3)),
        { alpha: 0.05 },
      ),
    ).toEqual([]);
    const stepped = [0, 0, 1, 1].map((level) => new Float64Array(12).fill(level));
    expect(changePoints(stepped, { alpha: 0.05 })).toMatchObject([{ at: 2, value: 1 }]);
  });
});
