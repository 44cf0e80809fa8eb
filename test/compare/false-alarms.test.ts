import { describe, expect, it } from "vitest";

import { asRun, drawPair, gate } from "../../bench/gates/models.ts";
import { evaluateGates } from "../../src/compare/gates.ts";
import { numpyMt19937 } from "../../src/stats/mt19937.ts";

async function failures(models: number, { drop, gates }: { drop: number; gates: number }): Promise<number> {
  const random = numpyMt19937(7);
  const list = Array.from({ length: gates }, (_, index) => gate(index, { maxDrop: 2 }));
  let failed = 0;
  for (let model = 0; model < models; model++) {
    const run = asRun(list.map(() => drawPair(random, 500, drop)));
    const results = await evaluateGates({ ...run, gates: list, checkpoint: 0, diagnosis: null, seed: 1 });
    if (results.some(({ outcome }) => outcome === "fail")) failed++;
  }
  return failed / models;
}

describe("gates over many models", () => {
  it("rarely fail one that did not change, be it one gate or four", async () => {
    for (const gates of [1, 4]) {
      const rate = await failures(400, { drop: 0, gates });
      expect(rate).toBeGreaterThan(0);
      expect(rate).toBeLessThan(0.08);
    }
  });

  it("mostly fail one that dropped by the detectable difference", async () => {
    expect(await failures(300, { drop: 0.0723, gates: 1 })).toBeGreaterThan(0.78);
  });
});
