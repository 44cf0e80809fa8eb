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
  const lists = [...series.values()].map(({ steps }) => steps).sort((a, b) => b.length - a.length);
  const longest = lists[0] ?? [];
  // Most names are logged together, so that most lists equal the longest: a million rows need no sorting.
  const others = lists.slice(1).filter((steps) => !areEqual(steps, longest));
  if (others.length === 0) return longest;
  const all = new Float64Array(longest.length + others.reduce((sum, steps) => sum + steps.length, 0));
  all.set(longest);
  let at = longest.length;
  for (const steps of others) {
    all.set(steps, at);
    at += steps.length;
  }
  all.sort();
  const once: number[] = [];
  for (const step of all) if (once[once.length - 1] !== step) once.push(step);
  return once;
}

function areEqual(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
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
