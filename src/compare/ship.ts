import { columnSums } from "../stats/resample.ts";
import type { ShipChoice } from "./comparison.ts";
import { correct, difference } from "./difference.ts";
import type { RunData, RunMetric } from "./run-data.ts";

export interface ShipOptions {
  readonly alpha: number;
  readonly seed: number;
  /** Step with the lowest evaluation loss, to break ties; null without a training log. */
  readonly lowestLossStep: number | null;
}

/**
 * The metric that chooses: the one the suite names, otherwise the first; on the task's validation samples where it has
 * some, so that the reported test score is not the luckiest of many.
 */
export function shipMetric(data: RunData): RunMetric | null {
  const wanted = data.manifest.shipMetric ?? data.metrics.find((row) => row.unit.split === "test")?.key ?? null;
  if (wanted === null) return null;
  const named = data.metrics.find((row) => row.key === wanted);
  const onValidation = wanted.replace("/", "@validation/");
  return data.metrics.find((row) => row.key === onValidation) ?? named ?? null;
}

/**
 * The checkpoint of the series to ship: the best by the choosing metric, with those that cannot be told from it by a
 * paired test over the same samples (Holm over the series). Null without a scored series.
 */
export function chooseShip(data: RunData, options: ShipOptions): ShipChoice | null {
  const row = shipMetric(data);
  if (row === null) return null;
  const columns = data.columns.get(row.key) ?? [];
  const candidates = data.checkpoints.flatMap((checkpoint, index) => {
    const column = columns[index];
    if (checkpoint.role !== "series" || column == null) return [];
    const { sufficient } = column;
    return [{ checkpoint, column, value: sufficient.value(columnSums(sufficient), sufficient.n) }];
  });
  const sign = row.metric.higherIsBetter ? 1 : -1;
  const distance = (step: number | null): number =>
    step === null || options.lowestLossStep === null ? 0 : Math.abs(step - options.lowestLossStep);
  const [best, ...rest] = candidates.toSorted(
    (a, b) => sign * (b.value - a.value) || distance(a.checkpoint.step) - distance(b.checkpoint.step),
  );
  if (best === undefined) return null;
  const seeds = { seed: options.seed, higherIsBetter: row.metric.higherIsBetter };
  const raw = rest.flatMap((candidate) => {
    const found = difference(best.column, candidate.column, seeds);
    return found === null ? [] : [{ candidate, found }];
  });
  const corrected = correct(
    raw.map(({ found }) => found),
    options.alpha,
  );
  const equal = new Set(
    raw.filter((_, index) => corrected[index]?.significant === false).map(({ candidate }) => candidate.checkpoint.id),
  );
  const equivalent = data.checkpoints
    .filter(({ id }) => id === best.checkpoint.id || equal.has(id))
    .map(({ id }) => id);
  return {
    checkpoint: best.checkpoint.id,
    step: best.checkpoint.step,
    metric: row.key,
    equivalent,
    reasons: [`highest ${row.key} of ${candidates.length} checkpoints over ${best.column.ordinals.length} samples`],
  };
}
