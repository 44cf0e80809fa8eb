import type { TrainingPoint } from "../core/series.ts";
import type { FieldNames } from "./scalar-names.ts";
import type { Series } from "./series-store.ts";

/** Joins the series of single names to points, one a step, steps ascending. */
export function joinPoints(series: ReadonlyMap<string, Series>, fields: FieldNames): readonly TrainingPoint[] {
  const fieldOf = new Map([...fields].map(([field, name]) => [name, field]));
  const points = allSteps(series).map((step): MutablePoint => ({ step }));
  for (const [name, { steps, values }] of series) {
    const field = fieldOf.get(name);
    let at = 0;
    for (let i = 0; i < steps.length; i++) {
      const step = steps[i] as number;
      let point = points[at] as MutablePoint;
      while (point.step < step) point = points[++at] as MutablePoint;
      if (field === undefined) (point.extra ??= {})[name] = values[i] as number;
      else point[field] = values[i] as number;
    }
  }
  return points;
}

/** Every step of any series, once, ascending. */
function allSteps(series: ReadonlyMap<string, Series>): number[] {
  let total = 0;
  for (const { steps } of series.values()) total += steps.length;
  // Sorting a typed array is what keeps a log of a million rows below a second.
  const all = new Float64Array(total);
  let at = 0;
  for (const { steps } of series.values()) {
    all.set(steps, at);
    at += steps.length;
  }
  all.sort();
  const once: number[] = [];
  for (const step of all) if (once[once.length - 1] !== step) once.push(step);
  return once;
}

interface MutablePoint {
  step: number;
  epoch?: number;
  trainLoss?: number;
  evalLoss?: number;
  learningRate?: number;
  gradNorm?: number;
  extra?: Record<string, number>;
}
