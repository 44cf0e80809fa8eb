import { describe, expect, it } from "vitest";

import { statsCollector } from "../../src/compare/stats-collector.ts";
import type { Judge, Metric } from "../../src/core/judge.ts";
import { columnSums } from "../../src/stats/resample.ts";
import { meanMetric } from "../../judges/metric/mean.ts";

type Stats = { readonly x: number; readonly y?: number };

const plain = meanMetric<Stats>({ name: "plain", unit: "number" }, ({ x }) => x);
const labelled: Metric<Stats> = {
  ...meanMetric<Stats>({ name: "labelled", unit: "number" }, ({ y = 0 }) => y),
  applies: ({ y }) => y !== undefined,
};
const best: Metric<Stats> = {
  ...meanMetric<Stats>({ name: "best", unit: "number" }, ({ x }) => x),
  combineRepeats: (stats) => ({ x: Math.max(...stats.map(({ x }) => x)) }),
};
const judge: Judge = {
  name: "j",
  version: "1",
  signature: "j",
  metrics: [plain, labelled, best] as readonly Metric[],
  score: () => ({ kind: "skipped", reason: "not asked" }),
};

function columnsOf(
  records: readonly (readonly [slot: number, stats: Stats])[],
  slots: number,
  repeats: number,
): object {
  const collector = statsCollector(judge, slots, repeats);
  for (const [slot, stats] of records) collector.add(slot, stats);
  return Object.fromEntries(
    [...collector.columns()].map(([name, { ordinals, perSample, sufficient }]) => [
      name,
      {
        ordinals: [...ordinals],
        perSample: [...perSample],
        value: sufficient.n === 0 ? null : sufficient.value(columnSums(sufficient), sufficient.n),
      },
    ]),
  );
}

describe("a judge's statistics", () => {
  it("leave out of a metric the samples that say nothing about it", () => {
    expect(
      columnsOf(
        [
          [2, { x: 5, y: 1 }],
          [0, { x: 1 }],
          [1, { x: 3, y: 4 }],
        ],
        3,
        1,
      ),
    ).toEqual({
      plain: { ordinals: [0, 1, 2], perSample: [1, 3, 5], value: 3 },
      labelled: { ordinals: [1, 2], perSample: [4, 1], value: 2.5 },
      best: { ordinals: [0, 1, 2], perSample: [1, 3, 5], value: 3 },
    });
  });

  it("average repeats, unless a metric looks at them together", () => {
    const records = [
      [5, { x: 6, y: 2 }],
      [1, { x: 3 }],
      [0, { x: 1, y: 8 }],
      [4, { x: 2, y: 4 }],
    ] as const;
    expect(columnsOf(records, 6, 2)).toEqual({
      plain: { ordinals: [0, 2], perSample: [2, 4], value: 3 },
      labelled: { ordinals: [0, 2], perSample: [8, 3], value: 5.5 },
      best: { ordinals: [0, 2], perSample: [3, 6], value: 4.5 },
    });
  });

  it("are empty columns without any sample", () => {
    expect(columnsOf([], 4, 2)).toMatchObject({ labelled: { ordinals: [] }, best: { ordinals: [], value: null } });
    expect(columnsOf([[0, { x: 1 }]], 4, 2)).toMatchObject({ labelled: { ordinals: [], value: null } });
  });
});
