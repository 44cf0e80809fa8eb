import { createHash } from "node:crypto";

import type { BackendModule, BackendTarget } from "../core/backend.ts";
import type { Checkpoint } from "../core/checkpoint.ts";
import { EvalhError } from "../core/errors.ts";
import type { Judge, JudgeContext } from "../core/judge.ts";
import { judges as judgeMap } from "../../judges/index.ts";
import { askedTasks } from "./asked-tasks.ts";
import { canonicalJson } from "../suite/digest.ts";
import type { Model, Suite, Task } from "../suite/suite.ts";
import { WINDOW } from "./batches.ts";
import type { JudgeInfo, Split, UnitInfo } from "./store/records.ts";

/** A checkpoint with how to start its backend. */
export interface PlannedCheckpoint {
  readonly checkpoint: Checkpoint;
  /** For a variant with a backend of its own, the model as it would be if all of it had that backend. */
  readonly model: Model;
  readonly backend: BackendModule;
}

/** What a backend is told of a checkpoint: where it lies or is served, and its name and adapter there. */
export function targetOf({
  checkpoint,
  model,
}: Pick<PlannedCheckpoint, "checkpoint" | "model">): Pick<
  BackendTarget,
  "path" | "options" | "folder" | "base" | "modelName" | "adapter"
> {
  const modelName = checkpoint.servedAs ?? model.modelName;
  return {
    path: model.url ?? checkpoint.path,
    options: model.options,
    folder: model.folder,
    ...(model.base === null ? {} : { base: model.base }),
    ...(modelName === null ? {} : { modelName }),
    ...(model.url === null || checkpoint.path === model.url ? {} : { adapter: checkpoint.path }),
  };
}

/** The splits of a task: its test samples, and those that choose the checkpoint or were learned from, if it has any. */
export function splitsOf({ dataset }: Task): readonly Split[] {
  return [
    ...(dataset.validation === undefined ? [] : (["validation"] as const)),
    ...(dataset.train === undefined ? [] : (["train"] as const)),
    "test",
  ];
}

/** Variants are compared with their parent on the test split; they are no candidates, so no other is asked. */
export function runsUnit(checkpoint: Checkpoint, unit: Pick<UnitInfo, "split">): boolean {
  return checkpoint.role === "series" || unit.split === "test";
}

/** What is needed to make a judge: of a suite's task, or of a stored run. */
type JudgeChoice = Pick<JudgeInfo, "name" | "options"> & { readonly module: string };

/**
 * Makes judges, in order. Without a context they can only read scores back.
 * @throws EvalhError E_JUDGE if a module is unknown, as in a run of a newer evalh
 */
export async function createJudgesOf(
  from: {
    readonly judges: readonly JudgeChoice[];
    readonly choices: readonly string[] | null;
    readonly repeats: number;
  },
  context: JudgeContext = {},
): Promise<Judge[]> {
  const { choices, repeats } = from;
  const about = { ...context, repeats, ...(choices === null ? {} : { choices }) };
  return Promise.all(
    from.judges.map(async ({ name, module, options }) => {
      const load = Object.entries(judgeMap).find(([known]) => known === module)?.[1];
      if (load === undefined)
        throw new EvalhError("E_JUDGE", `there is no judge "${module}"`, { hint: "`evalh judges` lists them" });
      const judge = (await load()).create(options, about);
      return name === judge.name ? judge : { ...judge, name };
    }),
  );
}

export function describeJudges(task: Task, judges: readonly Judge[]): JudgeInfo[] {
  return task.judges.map((spec, index) => ({
    name: spec.name,
    module: spec.module,
    options: spec.options,
    version: judges[index]?.version ?? "",
    signature: judges[index]?.signature ?? "",
  }));
}

/**
 * What a stored answer depends on. A run is resumed only by a plan with the same digest, so that answers to different
 * questions never mix. Judges are left out: `evalh score` judges again without asking again.
 */
export function planDigest(suite: Suite, units: readonly UnitInfo[], checkpoints: readonly Checkpoint[]): string {
  const tasks = askedTasks(suite);
  const asked = units.map((unit) => {
    const task = tasks.find((candidate) => candidate.name === unit.task);
    // The items' digest says what was read; a dataset that was only written anew is still the same.
    const { dataset: _, ...what } = unit;
    return { ...what, judges: null, slices: null, generate: task?.generate ?? null, scoring: task?.scoring ?? null };
  });
  const models = suite.models.map(({ name, backend, options }) => ({ name, backend, options }));
  const weights = checkpoints.map(({ id, digest, path, servedAs }) => ({
    id,
    weights: digest ?? path,
    ...(servedAs === undefined ? {} : { servedAs }),
  }));
  const content = { asked, models, weights, seed: suite.seed, window: WINDOW };
  return createHash("sha256").update(canonicalJson(content)).digest("hex");
}
