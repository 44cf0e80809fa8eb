import type { JsonObject } from "../../core/json.ts";
import type { ImportedTask } from "./imported.ts";

/** A score by name with the options of the judge that reads it back. */
export interface ScoreShape {
  readonly name: string;
  readonly options: JsonObject;
}

/**
 * What kind of number each score of a task is, from its values over all models: right or wrong, a fraction, or any
 * number.
 */
export function scoreShapes(tasks: readonly ImportedTask[]): ScoreShape[] {
  const seen = new Map<string, { lo: number; hi: number; isBinary: boolean }>();
  for (const { scores } of tasks.flatMap(({ samples }) => samples.flatMap(({ answers }) => answers))) {
    for (const [name, value] of Object.entries(scores)) {
      const shape = seen.get(name) ?? { lo: value, hi: value, isBinary: true };
      shape.lo = Math.min(shape.lo, value);
      shape.hi = Math.max(shape.hi, value);
      shape.isBinary &&= value === 0 || value === 1;
      seen.set(name, shape);
    }
  }
  return [...seen].map(([name, { lo, hi, isBinary }]) => {
    const higherIsBetter = tasks.every((task) => task.higherIsBetter[name] ?? true);
    const direction = higherIsBetter ? {} : { higher_is_better: false };
    if (isBinary) return { name, options: { proportion: true, ...direction } };
    if (lo >= 0 && hi <= 1) return { name, options: direction };
    return { name, options: { unit: "number", ...direction } };
  });
}
