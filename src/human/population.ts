import type { AnsweredSample } from "./answered-sample.ts";
import type { HumanForm, Identical } from "./sheet.ts";
import { MOST_ANSWERS } from "./verdict.ts";

/** One thing that could be drawn. */
export interface Candidate {
  readonly task: string;
  readonly sample: string;
  /** Whose answers would be shown; of equal answers the first. */
  readonly checkpoints: readonly string[];
  /** Shown checkpoint → others that gave the same text. */
  readonly same: Readonly<Record<string, readonly string[]>>;
  /** What is asked about: a checkpoint, a pair of them, or all. */
  readonly group: string;
  readonly stratum: string;
  readonly isDisputed: boolean;
}

/** Everything that could be drawn from a run. Texts stay on disk. */
export interface Population {
  readonly candidates: readonly Candidate[];
  readonly identical: readonly Identical[];
}

export interface PopulationOptions {
  readonly form: HumanForm;
  readonly tasks: readonly string[];
  readonly stratify: readonly string[];
  /** Ids in the run's order. */
  readonly all: readonly string[];
  /** Those whose answers are judged. */
  readonly chosen: readonly string[];
}

/** Looks at every sample once. Samples without an answer of a checkpoint are none of its candidates. */
export async function populationOf(
  samples: AsyncIterable<AnsweredSample>,
  { form, tasks, stratify, all, chosen }: PopulationOptions,
): Promise<Population> {
  const candidates: Candidate[] = [];
  const identical = new Map<string, { task: string; checkpoints: readonly string[]; samples: string[] }>();
  const groups = groupsOf(form, chosen);
  for await (const sample of samples) {
    if (!tasks.includes(sample.task)) continue;
    const stratum = stratify.map((field) => `${field}=${sample.slices[field] ?? "(none)"}`).join(", ");
    for (const group of groups) {
      const answered = group.filter((id) => textOf(sample, all.indexOf(id)) !== null);
      // A choice can do without one of several; a pair cannot.
      if (answered.length < (form === "choice" ? 2 : group.length)) continue;
      const same = equalAnswers(sample, answered, all);
      const shown = Object.keys(same);
      if (shown.length > MOST_ANSWERS) continue;
      if (group.length > 1 && shown.length < 2) {
        const key = JSON.stringify([sample.task, answered]);
        const found = identical.get(key) ?? { task: sample.task, checkpoints: answered, samples: [] };
        found.samples.push(sample.id);
        identical.set(key, found);
        continue;
      }
      candidates.push({
        task: sample.task,
        sample: sample.id,
        checkpoints: shown,
        same: Object.fromEntries(Object.entries(same).filter(([, others]) => others.length > 0)),
        group: form === "choice" ? "" : JSON.stringify(group),
        stratum,
        isDisputed: isDisputed(sample, group.length > 1 ? answered : chosen, all),
      });
    }
  }
  return { candidates, identical: [...identical.values()] };
}

function groupsOf(form: HumanForm, chosen: readonly string[]): (readonly string[])[] {
  if (form === "choice") return [chosen];
  if (form !== "pairwise") return chosen.map((id) => [id]);
  return chosen.flatMap((a, index) => chosen.slice(index + 1).map((b) => [a, b]));
}

function textOf({ outputs }: AnsweredSample, index: number): string | null {
  const output = outputs[index];
  return output == null || output.error !== null ? null : output.text.trim();
}

/** The first of each set of checkpoints with the same text → the others. */
function equalAnswers(
  sample: AnsweredSample,
  ids: readonly string[],
  all: readonly string[],
): Record<string, readonly string[]> {
  const byText = Map.groupBy(ids, (id) => textOf(sample, all.indexOf(id)) ?? "");
  return Object.fromEntries([...byText.values()].map(([first = "", ...others]) => [first, others]));
}

/** Whether checkpoints disagree: some metric scores them differently or, without any, their texts differ. */
function isDisputed(sample: AnsweredSample, ids: readonly string[], all: readonly string[]): boolean {
  const answers = ids.map((id) => sample.outputs[all.indexOf(id)]);
  const metrics = Object.keys(answers.find((answer) => answer != null)?.scores ?? {});
  const differ = (values: readonly unknown[]): boolean => new Set(values).size > 1;
  if (metrics.length === 0) return differ(answers.map((answer) => answer?.text.trim()));
  return metrics.some((metric) => differ(answers.map((answer) => answer?.scores[metric])));
}
