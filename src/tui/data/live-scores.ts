import { collectorsFor, runMetrics, type RunMetric } from "../../compare/run-data.ts";
import { unitKey } from "../../compare/shard-scan.ts";
import type { Estimate } from "../../core/estimate.ts";
import type { Judge } from "../../core/judge.ts";
import { runsUnit } from "../../run/plan.ts";
import type { RunManifest, SampleRecord, UnitInfo } from "../../run/store/records.ts";
import type { Checkpoint } from "../../core/checkpoint.ts";
import { estimate } from "../../stats/estimate.ts";
import { hashSeed } from "../../stats/hash-seed.ts";

/** Additions that one estimate may cost: about ten milliseconds. Large tasks get fewer bootstrap resamples for it. */
const BUDGET = 1e7;
const RESAMPLES = { least: 50, most: 1000 };

/** The scores of one checkpoint while its answers come. */
export interface LiveScores {
  add(unit: UnitInfo, slot: number, record: SampleRecord): void;
  /** Row key → estimate over what came so far, test split only; null where nothing is scored. */
  estimates(): ReadonlyMap<string, Estimate | null>;
}

export interface ScoredUnits {
  readonly manifest: RunManifest;
  /** Unit key → judges. */
  readonly judges: ReadonlyMap<string, readonly Judge[]>;
}

/** The metrics of a run's test split, in the order of its tasks. */
export function testMetrics({ manifest, judges }: ScoredUnits): readonly RunMetric[] {
  return manifest.units.filter(isCompared).flatMap((unit) => runMetrics(unit, judges.get(unitKey(unit)) ?? []));
}

/** Perturbed scores are compared with the clean ones when the run has ended. */
function isCompared({ split, perturbation }: UnitInfo): boolean {
  return split === "test" && perturbation === undefined;
}

export function liveScores({ manifest, judges }: ScoredUnits, checkpoint: Pick<Checkpoint, "role">): LiveScores {
  const units = manifest.units.filter((unit) => isCompared(unit) && runsUnit(checkpoint as Checkpoint, unit));
  const collectors = collectorsFor(units, judges);
  const seed = hashSeed(String(manifest.seed), "compare");
  return {
    add(unit, slot, record) {
      for (const { judge, collector } of collectors.get(unit) ?? []) {
        const stats = record.scores[judge.name];
        if (stats !== undefined) collector.add(slot, stats);
      }
    },
    estimates() {
      const found = new Map<string, Estimate | null>();
      for (const unit of units) {
        for (const { judge, collector } of collectors.get(unit) ?? []) {
          const columns = collector.columns();
          for (const { key, metric } of runMetrics(unit, [judge])) {
            const sufficient = columns.get(metric.name)?.sufficient;
            if (sufficient === undefined) continue;
            const resamples = Math.floor(BUDGET / Math.max(1, sufficient.n * sufficient.width));
            const options = {
              seed: hashSeed(String(seed), key),
              range: metric.range,
              resamples: Math.max(RESAMPLES.least, Math.min(RESAMPLES.most, resamples)),
            };
            found.set(key, estimate(sufficient, options));
          }
        }
      }
      return found;
    },
  };
}
