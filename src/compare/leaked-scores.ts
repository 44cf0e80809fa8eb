import type { Estimate } from "../core/estimate.ts";
import { readItems } from "../run/items.ts";
import { estimate } from "../stats/estimate.ts";
import { hashSeed } from "../stats/hash-seed.ts";
import { subsetColumn } from "./metric-column.ts";
import type { RunData } from "./run-data.ts";

/** A metric of a checkpoint over all samples, over those that were not leaked, and over those that were. */
export interface LeakedScore {
  /** "task/metric". */
  readonly key: string;
  readonly checkpoint: string;
  readonly all: Estimate | null;
  readonly clean: Estimate | null;
  readonly leaked: Estimate | null;
}

/**
 * The scores of a run with and without samples that were in the training data, for every unit that asked one of them.
 * `known` are all ids of the dataset in question: a unit with other samples is another dataset's, whatever ids they
 * share.
 */
export async function leakedScores(
  data: RunData,
  ids: { readonly leaked: ReadonlySet<string>; readonly known: ReadonlySet<string> },
): Promise<LeakedScore[]> {
  const scores: LeakedScore[] = [];
  for (const unit of data.manifest.units) {
    const leaked = new Set<number>();
    let isOther = false;
    for await (const item of readItems(data.folder, unit)) {
      if (ids.leaked.has(item.id)) leaked.add(item.i);
      isOther ||= !ids.known.has(item.id);
    }
    if (isOther || leaked.size === 0) continue;
    for (const { key, metric } of data.metrics.filter((row) => row.unit === unit && row.metric.diagnostic !== true)) {
      for (const [index, column] of (data.columns.get(key) ?? []).entries()) {
        if (column === null) continue;
        const over = (keep: (ordinal: number) => boolean): Estimate | null =>
          estimate(subsetColumn(column, keep).sufficient, {
            seed: hashSeed(String(data.manifest.seed), key),
            range: metric.range,
          });
        scores.push({
          key,
          checkpoint: data.checkpoints[index]?.id ?? "",
          all: over(() => true),
          clean: over((ordinal) => !leaked.has(ordinal)),
          leaked: over((ordinal) => leaked.has(ordinal)),
        });
      }
    }
  }
  return scores;
}
