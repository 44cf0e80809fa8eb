import type { JsonValue } from "../../src/core/json.ts";
import type { Metric, MetricUnit } from "../../src/core/judge.ts";
import type { Sufficient } from "../../src/core/sufficient.ts";

interface Named {
  readonly name: string;
}

interface MeanOptions extends Named {
  readonly higherIsBetter?: boolean;
  /** Smallest and largest value, in the unit. Default 0 to 100 for percentages, 0 to 1 for numbers. */
  readonly range?: readonly [number, number];
  /** Default "percent": the per-sample value is a fraction that is shown times 100. */
  readonly unit?: MetricUnit;
}

function oneColumn<S>(stats: readonly S[], valueOf: (stats: S) => number, scale: number): Sufficient {
  return {
    n: stats.length,
    width: 1,
    rows: Float64Array.from(stats, valueOf),
    proportion: false,
    mean: true,
    scale,
    value: (sums, n) => ((sums[0] as number) / n) * scale,
  };
}

/** A metric that is the mean of one number a sample. */
export function meanMetric<S extends JsonValue>(options: MeanOptions, valueOf: (stats: S) => number): Metric<S> {
  const unit = options.unit ?? "percent";
  const scale = unit === "percent" ? 100 : 1;
  return {
    name: options.name,
    higherIsBetter: options.higherIsBetter ?? true,
    range: options.range ?? [0, scale],
    unit,
    perSample: (stats) => valueOf(stats) * scale,
    sufficient: (stats) => oneColumn(stats, valueOf, scale),
  };
}

/** A metric that is the percentage of samples for which something holds. */
export function proportionMetric<S extends JsonValue>(options: Named, holds: (stats: S) => boolean): Metric<S> {
  const metric = meanMetric<S>(options, (stats) => (holds(stats) ? 1 : 0));
  return { ...metric, sufficient: (stats) => ({ ...metric.sufficient(stats), proportion: true }) };
}
