import { EvalhError } from "../../core/errors.ts";
import { measure } from "../measured/measurements.ts";
import type { MetricColumn } from "../metric-column.ts";
import type { RunData } from "../run-data.ts";
import type { Baseline } from "./baseline.ts";

/** One checkpoint of a run as what others are compared with. */
export function runBaseline(data: RunData, checkpoint: string): Baseline {
  const index = data.checkpoints.findIndex(({ id }) => id === checkpoint);
  if (index < 0) throw new EvalhError("E_USAGE", `run ${data.manifest.id} has no checkpoint "${checkpoint}"`);
  const columns = new Map<string, MetricColumn>();
  for (const [key, list] of data.columns) {
    const column = list[index];
    if (column != null) columns.set(key, column);
  }
  return {
    name: `run ${data.manifest.id}`,
    suite: data.manifest.suite.name,
    checkpoint,
    units: data.manifest.units,
    columns,
    measured: () => measure(data, checkpoint),
  };
}
