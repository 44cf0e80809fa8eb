import type { JsonValue } from "../../core/json.ts";
import { estimate } from "../../stats/estimate.ts";
import { hashSeed } from "../../stats/hash-seed.ts";
import { chooseOf } from "../compare.ts";
import { measure } from "../measured/measurements.ts";
import type { RunData } from "../run-data.ts";
import { scanShard } from "../shard-scan.ts";
import { runOf, type Acceptance, type BaselineContent, type BaselineEstimate } from "./baseline-file.ts";
import { packStats } from "./packed-stats.ts";
import { storeMeasured } from "./stored-measurements.ts";

/** What a run's checkpoint leaves behind for later runs: its test scores, sample by sample, with what they rest on. */
export async function makeBaseline(
  data: RunData,
  checkpointId: string,
  accepted: readonly Acceptance[],
): Promise<BaselineContent> {
  const { manifest } = data;
  const index = data.checkpoints.findIndex(({ id }) => id === checkpointId);
  const checkpoint = data.checkpoints[index];
  if (checkpoint === undefined) throw new RangeError(`no checkpoint ${checkpointId}`);
  const { id, step, epoch, format, digest } = checkpoint;
  return {
    suite: { name: manifest.suite.name, version: manifest.suite.version, digest: manifest.suite.digest },
    run: runOf(manifest),
    checkpoint: { id, step, epoch, format, digest },
    estimates: estimatesOf(data, index),
    units: await unitsOf(data, id),
    measured: storeMeasured(await measure(data, id)),
    accepted,
  };
}

function estimatesOf(data: RunData, checkpoint: number): Record<string, BaselineEstimate> {
  const { seed } = chooseOf(data);
  const made: Record<string, BaselineEstimate> = {};
  for (const { key, unit, metric } of data.metrics) {
    const column = data.columns.get(key)?.[checkpoint];
    if (unit.split !== "test" || column == null) continue;
    const found = estimate(column.sufficient, { seed: hashSeed(String(seed), key), range: metric.range });
    if (found !== null) {
      made[key] = { ...found, unit: metric.unit, higher_is_better: metric.higherIsBetter };
    }
  }
  return made;
}

async function unitsOf({ folder, manifest, people }: RunData, checkpoint: string): Promise<BaselineContent["units"]> {
  const units = manifest.units.filter(({ split }) => split === "test");
  const slots = new Map(
    units.map((unit) => [
      unit,
      unit.judges.map(() => Array.from<JsonValue | null>({ length: unit.n * unit.repeats }).fill(null)),
    ]),
  );
  await scanShard({ folder, checkpoint }, units, (unit, slot, { record }) => {
    for (const [index, { name }] of unit.judges.entries()) {
      const stats = record.scores[name];
      const list = slots.get(unit)?.[index];
      if (stats !== undefined && list !== undefined) list[slot] = stats;
    }
  });
  for (const [unit, lists] of slots) {
    for (const { ordinal, judge, stats } of people.of(unit, checkpoint)) {
      const list = lists[unit.judges.findIndex(({ name }) => name === judge)];
      if (list !== undefined) list[ordinal * unit.repeats] = stats;
    }
  }
  // Named one by one: what run.json says besides is not the baseline's business.
  return units.map((unit) => {
    const { task, split, kind, n, repeats, digest, slices, choices } = unit;
    const judges = unit.judges.map((judge, index) => ({ ...judge, stats: packStats(slots.get(unit)?.[index] ?? []) }));
    return { task, split, kind, n, repeats, digest, slices, choices, judges };
  });
}
