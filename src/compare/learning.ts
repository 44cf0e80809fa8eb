import type { Diagnosis } from "../core/verdict.ts";
import { readItems } from "../run/items.ts";
import { readTrainingText, type TrainingText } from "../run/training-text.ts";
import { readTaskFacts, type TaskFacts } from "./answer-facts.ts";
import type { Cell, ShipChoice } from "./comparison.ts";
import { buriedAnswers, collapsedAnswers, cutAnswers, emptyAnswers } from "./diagnose/answers.ts";
import { copiedAnswers } from "./diagnose/copied-answers.ts";
import { curveDiagnostics } from "./diagnose/curves.ts";
import type { Diagnostic } from "./diagnose/diagnostic.ts";
import { forgottenSlices, neglectedRareCases, rareCases } from "./diagnose/rare-cases.ts";
import { gapDiagnostics, generalisationGaps, type GeneralisationGap } from "./generalisation-gap.ts";
import { findMemorisation, type Memorisation } from "./memorisation.ts";
import type { RunData } from "./run-data.ts";
import { unitKey } from "./shard-scan.ts";
import { forgettingOf, taskTrajectories, testMetrics, type Forgetting, type TaskTrajectories } from "./trajectories.ts";

/** What the answers, sample by sample, tell about how the model learned. */
export interface Learning {
  readonly trajectories: readonly TaskTrajectories[];
  readonly forgetting: readonly Forgetting[];
  /** How much better training samples go than test samples; empty where no task has any. */
  readonly gaps: readonly GeneralisationGap[];
  /** Null where the suite does not name the training data. */
  readonly memorisation: Memorisation | null;
  readonly diagnostics: readonly Diagnostic[];
  /** Task → position in the dataset → id, for every sample that is named above by its position. */
  readonly ids: Readonly<Record<string, Readonly<Record<number, string>>>>;
}

interface LearningInputs {
  readonly diagnosis: Diagnosis | null;
  readonly ship: ShipChoice | null;
  readonly cells: Readonly<Record<string, readonly Cell[]>>;
}

/** Looks at every answer of a run. */
export async function learningOf(data: RunData, { diagnosis, ship, cells }: LearningInputs): Promise<Learning> {
  const text = await readTrainingText(data.folder);
  const checkpoint = ship?.checkpoint ?? data.checkpoints.at(-1)?.id ?? null;
  const facts = checkpoint === null ? [] : await allFacts(data, checkpoint);
  const trajectories = taskTrajectories(data);
  const forgetting = forgettingOf(data, ship?.checkpoint ?? null);
  const gaps = await generalisationGaps(data, cells);
  const memorisation = text === null ? null : await findMemorisation(data, text);
  const named = [
    ...trajectories.map(({ task, samples }) => ({ task, samples: Object.values(samples).flat() })),
    ...forgetting,
    ...(memorisation?.tasks ?? []).map(({ task, checkpoints }) => ({
      task,
      samples: checkpoints.flatMap(({ samples }) => samples),
    })),
  ];
  return {
    trajectories,
    forgetting,
    gaps,
    memorisation,
    ids: await idsOf(data, named),
    diagnostics: [
      ...curveDiagnostics(data.training, diagnosis, ship?.step ?? null),
      ...(checkpoint === null ? [] : checkpointDiagnostics(checkpoint, { gaps, memorisation })),
      ...facts.flatMap((each) => taskDiagnostics(each, text)),
    ],
  };
}

function checkpointDiagnostics(
  checkpoint: string,
  { gaps, memorisation }: Pick<Learning, "gaps" | "memorisation">,
): Diagnostic[] {
  return [
    ...gapDiagnostics(gaps, checkpoint),
    ...(memorisation === null ? [] : copiedAnswers(memorisation, checkpoint)),
  ];
}

/** Everything that can be said of one task's answers. */
export function taskDiagnostics(facts: TaskFacts, text: Pick<TrainingText, "slices" | "targets"> | null): Diagnostic[] {
  return [
    ...collapsedAnswers(facts),
    ...emptyAnswers(facts),
    ...cutAnswers(facts),
    ...buriedAnswers(facts),
    ...(text === null ? [] : [...rareCases(facts, text), ...neglectedRareCases(facts, text)]),
    ...forgottenSlices(facts),
  ];
}

async function idsOf(
  data: RunData,
  named: readonly { readonly task: string; readonly samples: readonly number[] }[],
): Promise<Learning["ids"]> {
  const ids: Record<string, Record<number, string>> = {};
  for (const unit of data.manifest.units) {
    const task = unitKey(unit);
    const wanted = new Set(named.flatMap((each) => (each.task === task ? each.samples : [])));
    if (wanted.size === 0) continue;
    const found: Record<number, string> = {};
    for await (const item of readItems(data.folder, unit)) {
      if (wanted.delete(item.i)) found[item.i] = item.id;
      if (wanted.size === 0) break;
    }
    ids[task] = found;
  }
  return ids;
}

async function allFacts(data: RunData, checkpoint: string): Promise<TaskFacts[]> {
  const found: TaskFacts[] = [];
  for (const [task, leading] of testMetrics(data)) {
    const unit = data.manifest.units.find((each) => unitKey(each) === task);
    if (unit !== undefined) found.push(await readTaskFacts(data, unit, { checkpoint, leading }));
  }
  return found;
}
