import { readItems } from "../../run/items.ts";
import { itemVersion } from "../../run/item-version.ts";
import type { UnitInfo } from "../../run/store/records.ts";
import { leadingMetric } from "../leading-metric.ts";
import { pairColumns } from "../metric-column.ts";
import type { RunData } from "../run-data.ts";
import { scanShard, unitKey } from "../shard-scan.ts";

/** A sample that is answered worse when it is perturbed. */
export interface BrokenAnswer {
  readonly task: string;
  readonly perturbation: string;
  readonly id: string;
  readonly references: readonly string[];
  readonly clean: Asked;
  readonly perturbed: Asked;
}

interface Asked {
  readonly prompt: string;
  readonly output: string;
  /** By the task's leading metric. */
  readonly score: number;
}

/** Shown of each perturbation. */
const EXAMPLES = 3;
/** Longer texts are cut: what a perturbation does shows at once. */
const LONGEST = 2_000;

/** The samples that lost most by the task's leading metric, a few of each perturbation, for one checkpoint. */
export async function brokenAnswers(data: RunData, checkpoint: string): Promise<BrokenAnswer[]> {
  const index = data.checkpoints.findIndex(({ id }) => id === checkpoint);
  const wanted = data.manifest.units.flatMap((unit) => losses(data, unit, index));
  if (wanted.length === 0) return [];
  const units = [...new Set(wanted.flatMap(({ clean, perturbed }) => [clean, perturbed]))];
  const ordinals = new Map(
    units.map((unit) => [
      unit,
      new Set(
        wanted.filter(({ clean, perturbed }) => clean === unit || perturbed === unit).map(({ sample }) => sample),
      ),
    ]),
  );
  const questions = await questionsOf(data.folder, ordinals);
  const outputs = new Map<string, string>();
  await scanShard({ folder: data.folder, checkpoint }, units, (unit, slot, { record }) => {
    const sample = Math.floor(slot / unit.repeats);
    if (slot % unit.repeats === 0 && ordinals.get(unit)?.has(sample)) outputs.set(keyOf(unit, sample), record.output);
  });
  return wanted.flatMap(({ clean, perturbed, sample, scores }) => {
    const [before, after] = [questions.get(keyOf(clean, sample)), questions.get(keyOf(perturbed, sample))];
    if (before === undefined || after === undefined) return [];
    const asked = (unit: UnitInfo, prompt: string, score: number): Asked => ({
      prompt: prompt.slice(0, LONGEST),
      output: (outputs.get(keyOf(unit, sample)) ?? "").slice(0, LONGEST),
      score,
    });
    return [
      {
        task: clean.task,
        perturbation: perturbed.perturbation?.name ?? "",
        id: before.id,
        references: after.references,
        clean: asked(clean, before.prompt, scores[0]),
        perturbed: asked(perturbed, after.prompt, scores[1]),
      },
    ];
  });
}

interface Loss {
  readonly clean: UnitInfo;
  readonly perturbed: UnitInfo;
  readonly sample: number;
  readonly scores: readonly [number, number];
}

function losses(data: RunData, clean: UnitInfo, index: number): Loss[] {
  const leading = clean.split === "test" ? leadingMetric(data, unitKey(clean)) : null;
  if (leading === null) return [];
  const { row } = leading;
  const before = data.columns.get(row.key)?.[index];
  const forms = data.perturbed.filter(
    ({ unit, judge, metric }) =>
      unit.perturbation?.of === clean.task && judge.name === row.judge.name && metric.name === row.metric.name,
  );
  return forms.flatMap(({ unit, key }) => {
    const after = data.columns.get(key)?.[index];
    if (before == null || after == null) return [];
    const [a, b] = pairColumns(before, after);
    const sign = row.metric.higherIsBetter ? 1 : -1;
    return Array.from(a.ordinals, (sample, at): Loss => ({
      clean,
      perturbed: unit,
      sample,
      scores: [a.perSample[at] ?? 0, b.perSample[at] ?? 0],
    }))
      .map((loss) => ({ loss, size: sign * (loss.scores[0] - loss.scores[1]) }))
      .filter(({ size }) => size > 1e-9)
      .toSorted((one, other) => other.size - one.size || one.loss.sample - other.loss.sample)
      .slice(0, EXAMPLES)
      .map(({ loss }) => loss);
  });
}

async function questionsOf(
  folder: string,
  ordinals: ReadonlyMap<UnitInfo, ReadonlySet<number>>,
): Promise<Map<string, { readonly id: string; readonly prompt: string; readonly references: readonly string[] }>> {
  const questions = new Map<string, { id: string; prompt: string; references: readonly string[] }>();
  for (const [unit, wanted] of ordinals) {
    for await (const item of readItems(folder, unit)) {
      if (!wanted.has(item.i)) continue;
      const { id, prompt, references } = itemVersion(item, 0);
      questions.set(keyOf(unit, item.i), { id, prompt, references });
    }
  }
  return questions;
}

function keyOf(unit: UnitInfo, sample: number): string {
  return `${unit.task} ${sample}`;
}
