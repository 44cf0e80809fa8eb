import { availableParallelism, cpus } from "node:os";

import type { Backend } from "../../core/backend.ts";
import { digestOf } from "../../suite/digest.ts";
import type { Task } from "../../suite/suite.ts";
import { generatesText } from "../ask.ts";
import type { PlannedCheckpoint } from "../plan.ts";

/** Everything but the question that decides an answer. Answers of one scope are kept together. */
export interface Scope {
  /** sha256, hex. */
  readonly digest: string;
  /** For people. Options are left out: they may hold keys. */
  readonly about: { readonly checkpoint: string; readonly task: string; readonly backend: string };
}

interface ScopeParts {
  readonly planned: PlannedCheckpoint;
  readonly backend: Pick<Backend, "name" | "version" | "weights">;
  readonly task: Task;
  /** Version of evalh: how text is cut and counted is its doing. */
  readonly evalh: string;
}

/**
 * The scope of one checkpoint's answers to one task. Without the weights' digest a cache would give one checkpoint's
 * answers for another's; where weights cannot be seen, the address and the model's name stand for them.
 */
export function scopeOf({ planned, backend, task, evalh }: ScopeParts): Scope {
  const { checkpoint, model } = planned;
  const content = {
    weights: weightsOf({ checkpoint, model }),
    served: backend.weights ?? null,
    backend: `${backend.name}: ${backend.version}`,
    options: model.options,
    kind: task.kind,
    scoring: task.scoring,
    choices: task.choices,
    delimiter: task.targetDelimiter,
    generate: generatesText(task) ? { ...task.generate } : null,
    evalh,
    // Kernels, and with them the last bits of a logit, differ between processors, and sums between numbers of threads.
    machine: `${process.arch} ${cpus()[0]?.model ?? ""} × ${availableParallelism()}`,
  };
  return {
    digest: digestOf(content),
    about: { checkpoint: checkpoint.id, task: task.name, backend: content.backend },
  };
}

/** What stands for the weights. An adapter's digest says nothing of the base that its server puts it on. */
function weightsOf({ checkpoint, model }: Pick<PlannedCheckpoint, "checkpoint" | "model">): string {
  const { digest, path, servedAs } = checkpoint;
  const name = servedAs ?? model.modelName ?? "";
  if (model.url === null) return digest ?? `${path} ${name}`;
  return digest === null ? `${path} ${name}` : `${model.url} ${model.modelName ?? ""} ${digest}`;
}

/** True if the files that the digest covers are all that decides the answers: not for servers and users' programs. */
export function isSelfContained({ checkpoint, backend }: PlannedCheckpoint): boolean {
  return checkpoint.digest !== null && backend.isOpaque !== true && backend.target === "folder";
}
