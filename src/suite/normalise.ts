import type { Place } from "../core/errors.ts";
import type { DatasetSpec } from "../dataset/spec.ts";
import { normaliseGate, normaliseHuman } from "./normalise-gates.ts";
import { normaliseTraining } from "./normalise-training.ts";
import { outlineOf } from "./outline.ts";
import type { RawCheckpoint, RawDataset, RawModel, RawSuite, RawTask, RawVariant } from "./raw-suite.ts";
import { pointerTo } from "./source-document.ts";
import type {
  CheckpointSource,
  FewShot,
  Model,
  PerturbSpec,
  Suite,
  Task,
  TaskDataset,
  Template,
  VariantSource,
} from "./suite.ts";

/** The parts of a suite that the file's content decides. */
export type SuiteContent = Omit<Suite, "file" | "folder" | "digest" | "text">;

/** What normalising needs to know of the world. */
export interface Surroundings {
  /** The absolute form of a path. */
  readonly path: (path: string) => string;
  /** Where the value of a pointer stands. */
  readonly place: (pointer: string) => Place;
}

/** A suite with every default filled in and every shorthand written out. */
export function normalise(raw: RawSuite, around: Surroundings): SuiteContent {
  const seed = raw.seed ?? 42;
  const alpha = raw.alpha ?? 0.05;
  const tasks = raw.tasks.map((task, index) => normaliseTask(task, pointerTo("/tasks", index), { ...around, seed }));
  return {
    name: raw.suite,
    version: raw.version,
    description: raw.description ?? null,
    seed,
    alpha,
    tasks,
    models: raw.models.map((model, index) => normaliseModel(model, pointerTo("/models", index), around)),
    judgeModels: (raw.judge_models ?? []).map((model, index) =>
      normaliseModel(model, pointerTo("/judge_models", index), around),
    ),
    training:
      raw.training === undefined
        ? null
        : normaliseTraining(raw.training, {
            ...around,
            dataset: (dataset) => normaliseDataset(dataset, { ...around, seed }),
          }),
    ship: raw.ship ?? null,
    human: raw.human === undefined ? null : normaliseHuman(raw.human, tasks, around),
    gates: (raw.gates ?? []).map((gate, index) =>
      normaliseGate(gate, { alpha, place: around.place(pointerTo("/gates", index)) }),
    ),
  };
}

type TaskSurroundings = Surroundings & { readonly seed: number };

function normaliseTask(task: RawTask, pointer: string, around: TaskSurroundings): Task {
  const template = (text: string, ...steps: (string | number)[]): Template => ({
    text,
    place: around.place(pointerTo(pointer, ...steps)),
  });
  const { references = [] } = task;
  return {
    name: task.task,
    description: task.description ?? null,
    kind: task.kind ?? "generate",
    dataset: normaliseDataset(task.dataset, around),
    prompt: template(task.prompt, "prompt"),
    references:
      typeof references === "string"
        ? [template(references, "references")]
        : references.map((text, index) => template(text, "references", index)),
    choices: typeof task.choices === "object" ? task.choices : null,
    choiceList: typeof task.choices === "string" ? template(task.choices, "choices") : null,
    scoring: task.scoring ?? "logprob",
    targetDelimiter: task.target_delimiter ?? " ",
    fewShot: normaliseFewShot(task.few_shot, around),
    generate: normaliseGenerate(task.generate ?? {}),
    repeats: task.repeats ?? 1,
    judges: normaliseJudges(task),
    slices: task.slices ?? [],
    perturb: normalisePerturb(task, pointer, around),
  };
}

/** The perturbations of a task; each of several `prompts` is one of its own, named by its number. */
function normalisePerturb(task: RawTask, pointer: string, around: TaskSurroundings): PerturbSpec[] {
  const [outline] = outlineOf({ tasks: [task] }).tasks;
  return (outline?.perturb ?? []).flatMap(({ module, name, options, columns, prompts }, index): PerturbSpec[] => {
    const entry = task.perturb?.[index];
    const repeats = typeof entry === "object" && typeof entry["repeats"] === "number" ? entry["repeats"] : null;
    const spec = {
      name,
      module,
      options,
      columns: columns.length === 0 ? null : columns.map(({ text }) => text),
      repeats: repeats ?? task.repeats ?? 1,
      template: null,
    };
    if (module !== "prompts") return [spec];
    return prompts.map(({ text }, which) => ({
      ...spec,
      name: `${name}.${which + 1}`,
      template: { text, place: around.place(pointerTo(pointer, "perturb", index, "prompts", which)) },
    }));
  });
}

function normaliseGenerate(raw: NonNullable<RawTask["generate"]>): Task["generate"] {
  const { stop = [] } = raw;
  return {
    maxTokens: raw.max_tokens ?? 256,
    temperature: raw.temperature ?? 0,
    topP: raw.top_p ?? 1,
    topK: raw.top_k ?? 0,
    stop: typeof stop === "string" ? [stop] : stop,
    logprobs: raw.logprobs ?? false,
  };
}

function normaliseJudges(task: RawTask): Task["judges"] {
  const [outline] = outlineOf({ tasks: [task] }).tasks;
  return (outline?.judges ?? []).map(({ module, name, options }) => ({ module, name, options }));
}

function normaliseFewShot(raw: RawTask["few_shot"], around: TaskSurroundings): FewShot | null {
  if (raw === undefined) return null;
  return {
    count: raw.count,
    dataset: normaliseDataset(raw.dataset, around),
    seed: raw.seed ?? around.seed,
    separator: raw.separator ?? "\n\n",
    description: raw.description ?? "",
  };
}

/** A dataset's specification, from its path alone or its mapping. */
export function normaliseDataset(
  raw: string | RawDataset,
  around: Pick<TaskSurroundings, "path" | "seed">,
): TaskDataset {
  if (typeof raw === "string") return { path: around.path(raw) };
  const { path, sample, validation, train, ...rest } = raw;
  const spec: DatasetSpec = { ...rest, path: around.path(path) };
  const sampled = sample === undefined ? spec : { ...spec, sample: { n: sample.n, seed: sample.seed ?? around.seed } };
  return {
    ...sampled,
    ...(validation !== undefined && { validation: around.path(validation) }),
    ...(train !== undefined && { train: around.path(train) }),
  };
}

function normaliseModel(model: RawModel, pointer: string, around: Surroundings): Model {
  return {
    name: model.model,
    backend: model.backend,
    checkpoints: sources(model.checkpoints, pointerTo(pointer, "checkpoints")).map((entry) =>
      checkpointSource(entry.value, around.place(entry.pointer), around),
    ),
    variants: sources(model.variants, pointerTo(pointer, "variants")).map((entry) =>
      variantSource(entry.value, around.place(entry.pointer), around),
    ),
    folder: around.path("."),
    base: model.base === undefined ? null : around.path(model.base),
    url: model.url ?? null,
    modelName: model.model_name ?? null,
    options: model.options ?? {},
  };
}

/** A path or a list of entries as a list, each entry with its pointer. */
function sources<T>(
  raw: string | readonly (string | T)[] | undefined,
  pointer: string,
): { value: string | T; pointer: string }[] {
  if (raw === undefined) return [];
  if (typeof raw === "string") return [{ value: raw, pointer }];
  return raw.map((value, index) => ({ value, pointer: pointerTo(pointer, index) }));
}

function checkpointSource(raw: string | RawCheckpoint, place: Place, around: Surroundings): CheckpointSource {
  if (typeof raw === "string") return { kind: "folder", path: around.path(raw), place };
  const known = { name: raw.name ?? null, step: raw.step ?? null, epoch: raw.epoch ?? null, place };
  if (raw.model_name !== undefined) {
    return { kind: "served", modelName: raw.model_name, adapter: raw.adapter ?? null, ...known };
  }
  return { kind: "checkpoint", path: around.path(raw.path ?? ""), ...known };
}

function variantSource(raw: string | RawVariant, place: Place, around: Surroundings): VariantSource {
  const { path, name, parent, label, backend, options } = typeof raw === "string" ? ({ path: raw } as RawVariant) : raw;
  const runner = backend === undefined ? null : { backend, options: options ?? {} };
  return { path: around.path(path), name: name ?? null, parent: parent ?? null, label: label ?? null, runner, place };
}
