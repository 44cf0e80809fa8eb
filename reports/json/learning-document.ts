import type { Learning } from "../../src/compare/learning.ts";
import type { ResourceUse } from "../../src/compare/resources.ts";

type Document = Readonly<Record<string, unknown>>;

/** What the answers tell about how the model learned, samples by their ids. */
export function learningDocument(learning: Learning): Document {
  const idsOf = (task: string, samples: readonly number[]): string[] =>
    samples.map((position) => learning.ids[task]?.[position] ?? String(position));
  return {
    trajectories: learning.trajectories.map(({ task, model, metric, checkpoints, n, counts, samples }) => ({
      task,
      model,
      metric,
      checkpoints,
      n,
      counts,
      samples: Object.fromEntries(Object.entries(samples).map(([kind, positions]) => [kind, idsOf(task, positions)])),
    })),
    forgetting: learning.forgetting.map((each) => ({ ...each, samples: idsOf(each.task, each.samples) })),
    generalisation_gap: learning.gaps,
    memorisation: memorisationDocument(learning.memorisation, idsOf),
    diagnostics: learning.diagnostics,
  };
}

function memorisationDocument(
  memorisation: Learning["memorisation"],
  idsOf: (task: string, samples: readonly number[]) => string[],
): Document | null {
  if (memorisation === null) return null;
  return {
    training_rows: memorisation.trainingRows,
    whole: memorisation.whole,
    tasks: memorisation.tasks.map(({ task, checkpoints }) => ({
      task,
      checkpoints: checkpoints.map((each) => ({ ...each, samples: idsOf(task, each.samples) })),
    })),
  };
}

/** What the GPUs did and what each checkpoint took. */
export function resourcesDocument(resources: ResourceUse | null): Document | null {
  if (resources === null) return null;
  return {
    gpus: resources.gpus.map((gpu) => ({
      gpu: gpu.gpu,
      name: gpu.name,
      samples: gpu.samples,
      peak_memory: gpu.peakMemory,
      memory_total: gpu.memoryTotal,
      utilization: gpu.utilization,
      hottest: gpu.hottest,
      joules: gpu.energy?.joules ?? null,
      gap_seconds: gpu.energy?.gapSeconds ?? null,
      idle: gpu.idle,
      throttled: gpu.throttled,
    })),
    checkpoints: resources.checkpoints.map((each) => ({
      checkpoint: each.checkpoint,
      seconds: each.seconds,
      joules: each.joules,
      gap_seconds: each.gapSeconds,
      peak_memory: each.peakMemory,
      tokens: each.tokens,
      joules_per_token: each.joulesPerToken,
      joules_per_correct: each.joulesPerCorrect,
    })),
    warnings: resources.warnings,
  };
}
