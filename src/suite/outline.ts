import { isJsonObject, type JsonObject } from "../core/json.ts";
import { pointerTo } from "./source-document.ts";

/** Text somewhere in a suite. */
export interface PlacedText {
  readonly text: string;
  readonly pointer: string;
}

/** Path of a dataset, with its format where that is given. */
export interface PlacedDataset extends PlacedText {
  readonly format: string | null;
}

/** A judge entry as far as it can be read. */
export interface JudgeOutline {
  readonly pointer: string;
  readonly module: string;
  readonly name: string;
  readonly options: JsonObject;
  /** True for a name without options. */
  readonly isBare: boolean;
  /** Keys of the entry that could each be a judge; more than one is a mistake. */
  readonly modules: readonly string[];
}

/** An entry of `perturb` as far as it can be read. */
export interface PerturbOutline {
  readonly pointer: string;
  /** "" where the entry names nothing. */
  readonly module: string;
  readonly name: string;
  readonly options: JsonObject;
  /** True for a name without options. */
  readonly isBare: boolean;
  /** Keys of the entry that could each be a perturbation; more than one is a mistake. */
  readonly modules: readonly string[];
  readonly columns: readonly PlacedText[];
  /** The templates of `prompts`. */
  readonly prompts: readonly PlacedText[];
}

export interface TaskOutline {
  readonly pointer: string;
  readonly name: PlacedText | null;
  readonly kind: string;
  readonly scoring: string;
  /** The samples, validation samples and few-shot examples. */
  readonly datasets: readonly PlacedDataset[];
  readonly hasFewShot: boolean;
  readonly prompt: PlacedText | null;
  readonly references: readonly PlacedText[];
  readonly choices: readonly string[] | null;
  /** The template that gives each sample's own choices. */
  readonly choiceList: PlacedText | null;
  readonly repeats: number;
  readonly judges: readonly JudgeOutline[];
  readonly slices: readonly PlacedText[];
  readonly perturb: readonly PerturbOutline[];
}

interface ModelOutline {
  readonly pointer: string;
  readonly name: PlacedText | null;
  /** Names of its own backend and of its variants'. */
  readonly backends: readonly string[];
  /** Paths of checkpoints and variants. */
  readonly paths: readonly PlacedText[];
}

/**
 * Whatever can be made out in a suite, right or wrong elsewhere, so that checks of meaning run beside the schema's and
 * all mistakes come at once.
 */
export interface Outline {
  readonly tasks: readonly TaskOutline[];
  readonly models: readonly ModelOutline[];
  readonly judgeModels: readonly ModelOutline[];
  readonly log: PlacedText | null;
  readonly training: TrainingOutline;
  /** Items with known answers for people. */
  readonly gold: PlacedText | null;
}

interface TrainingOutline {
  readonly datasets: readonly PlacedDataset[];
  readonly templates: readonly PlacedText[];
  /** Files and folders that must be there. */
  readonly paths: readonly PlacedText[];
  /** Folder that the trainer makes; what lies in it need not be there yet. */
  readonly output: PlacedText | null;
}

/** Reads the outline of any data. */
export function outlineOf(data: unknown): Outline {
  return {
    tasks: list(data, "/tasks", "tasks").map(({ value, pointer }) => taskOutline(value, pointer)),
    models: list(data, "/models", "models").map(({ value, pointer }) => modelOutline(value, pointer)),
    judgeModels: list(data, "/judge_models", "judge_models").map(({ value, pointer }) => modelOutline(value, pointer)),
    log: textAt(member(data, "training"), "/training", "log"),
    training: trainingOutline(member(data, "training"), "/training"),
    gold: textAt(member(data, "human"), "/human", "gold"),
  };
}

function taskOutline(task: unknown, pointer: string): TaskOutline {
  const references = member(task, "references");
  const few = member(task, "few_shot");
  const repeats = member(task, "repeats");
  const fewPointer = pointerTo(pointer, "few_shot");
  return {
    pointer,
    name: textAt(task, pointer, "task"),
    kind: textAt(task, pointer, "kind")?.text ?? "generate",
    scoring: textAt(task, pointer, "scoring")?.text ?? "logprob",
    datasets: [...datasetsAt(task, pointer), ...datasetsAt(few, fewPointer)],
    hasFewShot: few !== undefined,
    prompt: textAt(task, pointer, "prompt"),
    references:
      typeof references === "string"
        ? [{ text: references, pointer: pointerTo(pointer, "references") }]
        : textsAt(task, pointer, "references"),
    choiceList: textAt(task, pointer, "choices"),
    choices: Array.isArray(member(task, "choices")) ? textsAt(task, pointer, "choices").map(({ text }) => text) : null,
    repeats: typeof repeats === "number" ? repeats : 1,
    judges: list(task, pointerTo(pointer, "judges"), "judges").flatMap((item) =>
      judgeOutline(item.value, item.pointer),
    ),
    slices: textsAt(task, pointer, "slices"),
    perturb: list(task, pointerTo(pointer, "perturb"), "perturb").flatMap((item) =>
      perturbOutline(item.value, item.pointer),
    ),
  };
}

/** Keys of an entry of `perturb` that say more about it. */
const PERTURB_KEYS = new Set(["as", "columns", "repeats"]);

function perturbOutline(item: unknown, pointer: string): PerturbOutline[] {
  if (typeof item === "string") {
    const bare = { options: {}, isBare: true, modules: [item], columns: [], prompts: [] };
    return [{ pointer, module: item, name: item, ...bare }];
  }
  if (!isJsonObject(item)) return [];
  const modules = Object.keys(item).filter((key) => !PERTURB_KEYS.has(key));
  const [module = ""] = modules;
  const options = item[module];
  return [
    {
      pointer,
      module,
      name: textAt(item, pointer, "as")?.text ?? module,
      options: isJsonObject(options) ? options : {},
      isBare: false,
      modules,
      columns: textsAt(item, pointer, "columns"),
      prompts: textsAt(item, pointer, "prompts"),
    },
  ];
}

function trainingOutline(training: unknown, pointer: string): TrainingOutline {
  const data = member(training, "data");
  const inside = pointerTo(pointer, "data");
  const shorthand = textAt(training, pointer, "data");
  const hasTrainer = member(training, "trainer") !== undefined;
  const texts = (from: unknown, at: string, keys: readonly string[]): PlacedText[] =>
    keys.map((key) => textAt(from, at, key)).filter((found) => found !== null);
  return {
    datasets: [
      ...(shorthand === null ? [] : [{ ...shorthand, format: null }]),
      ...datasetsAt(data, inside, "train"),
      ...datasetsAt(data, inside, "validation"),
    ],
    templates: texts(data, inside, ["prompt", "target"]),
    paths: [
      ...texts(training, pointer, ["cwd"]),
      ...texts(member(training, "launcher"), pointerTo(pointer, "launcher"), ["config"]),
    ],
    output: hasTrainer ? textAt(training, pointer, "output") : null,
  };
}

function judgeOutline(item: unknown, pointer: string): JudgeOutline[] {
  if (typeof item === "string") {
    return [{ pointer, module: item, name: item, options: {}, isBare: true, modules: [item] }];
  }
  if (!isJsonObject(item)) return [];
  const modules = Object.keys(item).filter((key) => key !== "as");
  const [module] = modules;
  if (module === undefined) return [{ pointer, module: "", name: "", options: {}, isBare: false, modules }];
  const options = item[module];
  const name = typeof item["as"] === "string" ? item["as"] : module;
  return [{ pointer, module, name, options: isJsonObject(options) ? options : {}, isBare: false, modules }];
}

function modelOutline(model: unknown, pointer: string): ModelOutline {
  const paths = ["checkpoints", "variants", "base"].flatMap((key) => {
    const value = member(model, key);
    if (typeof value === "string") return [{ text: value, pointer: pointerTo(pointer, key) }];
    return list(model, pointerTo(pointer, key), key).flatMap((item) => {
      if (typeof item.value === "string") return [{ text: item.value, pointer: item.pointer }];
      const path = textAt(item.value, item.pointer, "path");
      return path === null ? [] : [path];
    });
  });
  return {
    pointer,
    name: textAt(model, pointer, "model"),
    backends: [model, ...list(model, pointerTo(pointer, "variants"), "variants").map(({ value }) => value)].flatMap(
      (each) => textAt(each, pointer, "backend")?.text ?? [],
    ),
    paths,
  };
}

/** A member of an object, undefined where there is none. */
function member(value: unknown, key: string): unknown {
  return isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

function textAt(value: unknown, pointer: string, key: string): PlacedText | null {
  const found = member(value, key);
  return typeof found === "string" ? { text: found, pointer: pointerTo(pointer, key) } : null;
}

/** The paths of a dataset, given as text or as a mapping. */
function datasetsAt(value: unknown, pointer: string, key = "dataset"): PlacedDataset[] {
  const inside = pointerTo(pointer, key);
  const dataset = member(value, key);
  const format = textAt(dataset, inside, "format")?.text ?? null;
  const paths = ["path", "validation", "train"].map((name) => textAt(dataset, inside, name));
  return [textAt(value, pointer, key), ...paths]
    .filter((path) => path !== null)
    .map(({ text, pointer: at }) => ({ text, pointer: at, format }));
}

function list(value: unknown, pointer: string, key: string): { value: unknown; pointer: string }[] {
  const found = member(value, key);
  if (!Array.isArray(found)) return [];
  return found.map((item: unknown, index) => ({ value: item, pointer: pointerTo(pointer, index) }));
}

function textsAt(value: unknown, pointer: string, key: string): PlacedText[] {
  return list(value, pointerTo(pointer, key), key).flatMap((item) =>
    typeof item.value === "string" ? [{ text: item.value, pointer: item.pointer }] : [],
  );
}
