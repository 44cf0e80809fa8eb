import type { SampleView } from "../compare/comparison.ts";

/** One thing that could be drawn. */
export interface Candidate {
  readonly task: string;
  readonly sample: string;
  readonly checkpoints: readonly string[];
  readonly stratum: string;
  readonly isDisputed: boolean;
}

/** Everything that could be drawn from a run. Texts stay on disk. */
export interface Population {
  readonly candidates: readonly Candidate[];
  readonly identical: readonly { readonly a: string; readonly b: string; readonly count: number }[];
}

export interface PopulationOptions {
  readonly form: "pairwise" | "rating" | "correct";
  readonly tasks: readonly string[];
  readonly stratify: readonly string[];
  /** Ids in the run's order. */
  readonly all: readonly string[];
  /** Those whose answers are judged. */
  readonly chosen: readonly string[];
}

/** Looks at every sample once. Samples without an answer of a checkpoint are none of its candidates. */
export async function populationOf(
  samples: AsyncIterable<SampleView>,
  { form, tasks, stratify, all, chosen }: PopulationOptions,
): Promise<Population> {
  const candidates: Candidate[] = [];
  const identical = new Map<string, { a: string; b: string; count: number }>();
  const groups = form === "pairwise" ? pairsOf(chosen) : chosen.map((id) => [id]);
  for await (const sample of samples) {
    if (!tasks.includes(sample.task)) continue;
    const textOf = (id: string): string | null => {
      const output = sample.outputs[all.indexOf(id)];
      return output == null || output.error !== null ? null : output.text;
    };
    const isDisputed = new Set(chosen.map((id) => textOf(id)?.trim())).size > 1;
    const stratum = stratify.map((field) => `${field}=${sample.slices[field] ?? "(none)"}`).join(", ");
    for (const checkpoints of groups) {
      const texts = checkpoints.map((id) => textOf(id));
      if (texts.includes(null)) continue;
      const [a = "", b = ""] = checkpoints;
      if (form === "pairwise" && texts[0]?.trim() === texts[1]?.trim()) {
        const found = identical.get(`${a}\n${b}`) ?? { a, b, count: 0 };
        found.count++;
        identical.set(`${a}\n${b}`, found);
        continue;
      }
      candidates.push({ task: sample.task, sample: sample.id, checkpoints, stratum, isDisputed });
    }
  }
  return { candidates, identical: [...identical.values()] };
}

function pairsOf(ids: readonly string[]): string[][] {
  return ids.flatMap((a, index) => ids.slice(index + 1).map((b) => [a, b]));
}
