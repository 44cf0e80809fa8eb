import type { BackendModule } from "../core/backend.ts";
import { EvalhError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import { didYouMean } from "../core/near-name.ts";
import { backends } from "../backend/index.ts";
import { generatesText } from "../run/ask.ts";
import type { Model, Suite } from "../suite/suite.ts";

/** Flags by which a run asks other models than its suite names. */
export interface ModelFlags {
  readonly baseUrl?: string;
  readonly backend?: string;
  readonly model?: string;
  readonly option?: readonly string[];
}

export function overridesModels({ baseUrl, backend, model, option }: ModelFlags): boolean {
  return baseUrl !== undefined || backend !== undefined || model !== undefined || option !== undefined;
}

/** The flags as they were given, for the command line that continues a run. */
export function modelArguments({ baseUrl, backend, model, option = [] }: ModelFlags): readonly string[] {
  return [
    ...(backend === undefined ? [] : ["--backend", backend]),
    ...(baseUrl === undefined ? [] : ["--base-url", baseUrl]),
    ...(model === undefined ? [] : ["--model", model]),
    ...option.flatMap((each) => ["--option", each]),
  ];
}

/**
 * The suite with the models that the flags ask for.
 *
 * @param note told what was chosen that the flags do not say
 * @throws EvalhError E_USAGE
 */
export async function overrideModels(suite: Suite, flags: ModelFlags, note: (text: string) => void): Promise<Suite> {
  if (!overridesModels(flags)) return suite;
  if (flags.baseUrl !== undefined) {
    const model = await servedModel(suite, { ...flags, baseUrl: flags.baseUrl }, note);
    return { ...suite, models: [model], training: null };
  }
  const models = await Promise.all(suite.models.map((model) => changedModel(model, flags)));
  return { ...suite, models };
}

async function servedModel(
  suite: Suite,
  { baseUrl, backend = "openai", model, option = [] }: ModelFlags & { readonly baseUrl: string },
  note: (text: string) => void,
): Promise<Model> {
  const module = await moduleOf(backend);
  if (module.target !== "url") {
    throw new EvalhError("E_USAGE", `the backend ${backend} reads checkpoints from folders, not from a URL`, {
      hint: "leave --base-url out, or choose a backend that asks a server with --backend",
    });
  }
  let options = await optionsOf(module, option);
  // A server that gives no log-probabilities of a text over chat may give them over plain completions.
  const needs = suite.tasks.find((task) => !generatesText(task));
  const completions = { ...options, api: "completions" };
  const isHelped = module.whyNoLikelihood?.(options) != null && module.whyNoLikelihood(completions) === null;
  if (needs !== undefined && isHelped && options["api"] === undefined) {
    note(`task "${needs.name}" scores given texts, which chat cannot: using --option api=completions`);
    options = completions;
  }
  return {
    name: "served",
    backend,
    checkpoints: [],
    variants: [],
    folder: suite.folder,
    base: null,
    url: baseUrl,
    modelName: model ?? null,
    options,
  };
}

/** A model of the suite, asked by another backend, under another name, or with other options. */
async function changedModel(model: Model, { backend, model: name, option = [] }: ModelFlags): Promise<Model> {
  const module = await moduleOf(backend ?? model.backend);
  if ((module.target === "url") !== (model.url !== null)) {
    const wants = module.target === "url" ? "a URL: give it with --base-url" : "folders, and the model is served";
    throw new EvalhError("E_USAGE", `model "${model.name}": the backend ${module.name} needs ${wants}`);
  }
  if (name !== undefined && model.url === null) {
    throw new EvalhError("E_USAGE", `model "${model.name}" is not served: --model has no meaning for it`);
  }
  // Options of one backend mean nothing to another.
  const kept = module.name === model.backend ? model.options : {};
  return {
    ...model,
    backend: module.name,
    modelName: name ?? model.modelName,
    options: { ...kept, ...(await optionsOf(module, option)) },
  };
}

async function moduleOf(name: string): Promise<BackendModule> {
  const load = Object.entries(backends).find(([known]) => known === name)?.[1];
  if (load !== undefined) return load();
  const names = Object.keys(backends);
  throw new EvalhError("E_USAGE", `there is no backend "${name}"`, {
    hint: didYouMean(name, names) ?? `there are ${names.join(", ")}`,
  });
}

/** The options of a backend that flags set; checking them takes a compiler of schemas, loaded only for that. */
async function optionsOf(module: BackendModule, given: readonly string[]): Promise<JsonObject> {
  if (given.length === 0) return {};
  const { readOptions } = await import("./model-options.ts");
  return readOptions(module, given);
}
