import type { Mt19937 } from "../../src/stats/mt19937.ts";
import type { Judge, Metric } from "../../src/core/judge.ts";
import type { Sufficient } from "../../src/core/sufficient.ts";
import type { MetricColumn } from "../../src/compare/metric-column.ts";
import type { RunData } from "../../src/compare/run-data.ts";
import type { Baseline } from "../../src/compare/baseline/baseline.ts";
import type { Gate } from "../../src/suite/suite.ts";
import type { UnitInfo } from "../../src/run/store/records.ts";

/** Two runs over the same questions, each question with a chance of its own (uniform on 0–1), answered independently. */
export interface Pair {
  readonly before: MetricColumn;
  readonly after: MetricColumn;
}

/** @param drop how much lower the second run's expected score is, 0..1 */
export function drawPair(random: Mt19937, n: number, drop: number): Pair {
  const before = new Float64Array(n);
  const after = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const chance = random.double();
    before[i] = random.double() < chance ? 1 : 0;
    // The mean chance is 1/2: taking this share of each lowers the mean by `drop`.
    after[i] = random.double() < chance * (1 - 2 * drop) ? 1 : 0;
  }
  return { before: column(before), after: column(after) };
}

function column(rows: Float64Array): MetricColumn {
  return {
    ordinals: Uint32Array.from(rows.keys()),
    sufficient: proportion(rows),
    perSample: rows.map((value) => value * 100),
  };
}

function proportion(rows: Float64Array): Sufficient {
  const value = (sums: Float64Array, n: number): number => ((sums[0] ?? 0) / n) * 100;
  return { n: rows.length, width: 1, rows, proportion: true, mean: true, scale: 100, value };
}

const judge = { name: "accuracy", module: "accuracy", options: {}, version: "1", signature: "accuracy" };

/** The runs as the gates see them, with one metric a pair. */
export function asRun(pairs: readonly Pair[]): { readonly data: RunData; readonly baseline: Baseline } {
  const units: UnitInfo[] = pairs.map(({ after }, index) => ({
    task: `task${index}`,
    split: "test",
    kind: "choice",
    n: after.ordinals.length,
    repeats: 1,
    digest: "same",
    slices: [],
    choices: null,
    judges: [judge],
  }));
  const keyed = (side: keyof Pair): [string, MetricColumn][] =>
    pairs.map((pair, index) => [`task${index}/accuracy`, pair[side]]);
  const metric = { name: "accuracy", higherIsBetter: true, range: [0, 100], unit: "percent" } as unknown as Metric;
  const data = {
    folder: "",
    checkpoints: [{ id: "model/now" }],
    manifest: { units },
    metrics: units.map((unit) => ({
      key: `${unit.task}/accuracy`,
      unit,
      judge: { ...judge, metrics: [metric] } as unknown as Judge,
      metric,
    })),
    columns: new Map(keyed("after").map(([key, value]) => [key, [value]])),
  } as unknown as RunData;
  return {
    data,
    baseline: {
      name: "before",
      suite: "",
      checkpoint: "model/before",
      units,
      columns: new Map(keyed("before")),
      measured: () => Promise.resolve(null),
    },
  };
}

export function gate(index: number, part: Partial<Gate>): Gate {
  return {
    metric: `task${index}/accuracy`,
    mode: "regression",
    maxDrop: 2,
    min: null,
    max: null,
    severity: "error",
    minN: 1,
    alpha: 0.05,
    slice: null,
    place: { file: "" },
    ...part,
  };
}
