import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { basename, dirname, join, sep } from "node:path";

import type { BackendModule } from "../core/backend.ts";
import type { Checkpoint } from "../core/checkpoint.ts";
import { EvalhError } from "../core/errors.ts";
import { backends } from "../backend/index.ts";
import type { Model, Suite } from "../suite/suite.ts";
import { digestFiles } from "../training/checkpoint/digest.ts";
import { discoverCheckpoints, stepInName, type DiscoveredCheckpoint } from "../training/index.ts";
import type { PlannedCheckpoint } from "./plan.ts";
import { promptingOf, promptingWarnings, servedPrompting } from "./prompting.ts";

/** Files beside the weights that decide what a checkpoint answers. */
const SETTINGS = [
  "config.json",
  "generation_config.json",
  "tokenizer_config.json",
  "chat_template.jinja",
  "adapter_config.json",
  // Tokenizers beside tokenizer.json, or where there is none.
  "added_tokens.json",
  "special_tokens_map.json",
  "vocab.json",
  "vocab.txt",
  "merges.txt",
  "tokenizer.model",
  "spiece.model",
  "preprocessor_config.json",
];

/**
 * The checkpoints of all models, found on disk, with their digests.
 * @returns the checkpoints, and what was left out and why
 * @throws EvalhError E_CHECKPOINT if a model has none
 */
export async function resolveCheckpoints(
  suite: Pick<Suite, "models" | "file">,
): Promise<{ checkpoints: PlannedCheckpoint[]; warnings: string[] }> {
  const checkpoints: PlannedCheckpoint[] = [];
  const warnings: string[] = [];
  for (const model of suite.models) {
    const found = model.url === null ? await onDisk(model, warnings) : await ofServer(model, model.url, warnings);
    if (found.length === 0) {
      throw new EvalhError("E_CHECKPOINT", `model "${model.name}" has no complete checkpoint`, {
        place: model.checkpoints[0]?.place ?? { file: suite.file },
        hint: warnings.at(-1) ?? "`checkpoints` names the trainer's output folder, with its checkpoint-N folders",
      });
    }
    warnings.push(...promptingWarnings(found));
    for (const checkpoint of found) checkpoints.push(await plan(checkpoint, model));
  }
  return { checkpoints, warnings };
}

/** A checkpoint that was found on disk, ready to be evaluated as one of a model's series. */
export async function planFound(model: Model, found: DiscoveredCheckpoint): Promise<PlannedCheckpoint> {
  return plan(await toCheckpoint(model, found, null), model);
}

/** The checkpoints of a stored run; they need not lie on disk any more. */
export async function planStored(
  suite: Pick<Suite, "models">,
  checkpoints: readonly Checkpoint[],
): Promise<PlannedCheckpoint[]> {
  const planned: PlannedCheckpoint[] = [];
  for (const checkpoint of checkpoints) {
    const model = suite.models.find(({ name }) => name === checkpoint.model);
    if (model !== undefined) planned.push(await plan(checkpoint, model));
  }
  return planned;
}

/** How a checkpoint is run: a variant by its own backend, if it names one. */
async function plan(checkpoint: Checkpoint, model: Model): Promise<PlannedCheckpoint> {
  const isOf = ({ path }: { readonly path: string }): boolean =>
    checkpoint.path === path || checkpoint.path.startsWith(`${path}${sep}`);
  const runner = checkpoint.role === "variant" ? model.variants.find(isOf)?.runner : null;
  const running = runner == null ? model : { ...model, ...runner };
  return { checkpoint, model: running, backend: await backendOf(running) };
}

async function backendOf(model: Model): Promise<BackendModule> {
  const load = Object.entries(backends).find(([name]) => name === model.backend)?.[1];
  if (load === undefined) throw new EvalhError("E_BACKEND", `there is no backend "${model.backend}"`);
  return load();
}

/** The one model of a server, or its LoRA adapters: named ones, and folders that it is to load. */
async function ofServer(model: Model, url: string, warnings: string[]): Promise<Checkpoint[]> {
  if (model.checkpoints.length === 0) return [servedCheckpoint(model, url)];
  const series = await onDisk(model, warnings);
  const folders = series.map((checkpoint): Checkpoint => {
    const { id, digest } = checkpoint;
    // The digest keeps an adapter that was loaded under this name before, with other weights, from answering.
    return { ...checkpoint, servedAs: `${id.replaceAll("/", "-")}-${(digest ?? "").slice(0, 8)}` };
  });
  const named = model.checkpoints.flatMap((source): readonly Checkpoint[] => {
    if (source.kind !== "served") return [];
    const { modelName, adapter, name, step, epoch } = source;
    const told = stepInName(modelName);
    return [
      {
        ...servedCheckpoint(model, url),
        id: `${model.name}/${name ?? modelName}`,
        path: adapter ?? url,
        servedAs: modelName,
        step: step ?? told.step,
        epoch: epoch ?? told.epoch,
      },
    ];
  });
  return [...folders, ...named].sort((a, b) => (a.step ?? Infinity) - (b.step ?? Infinity));
}

function servedCheckpoint(model: Model, url: string): Checkpoint {
  const name = model.modelName ?? "served";
  return {
    id: `${model.name}/${name}`,
    model: model.name,
    path: url,
    step: null,
    epoch: null,
    role: "series",
    parent: null,
    format: "served",
    bytes: null,
    digest: null,
    prompting: servedPrompting(model.options),
  };
}

async function onDisk(model: Model, warnings: string[]): Promise<Checkpoint[]> {
  const series: Checkpoint[] = [];
  for (const source of model.checkpoints) {
    if (source.kind === "served") continue;
    const found = await discoverCheckpoints(source.path);
    for (const each of complete(found, warnings)) {
      const known = source.kind === "folder" ? each : named(each, source);
      series.push(await toCheckpoint(model, known, null));
    }
  }
  series.sort((a, b) => (a.step ?? Infinity) - (b.step ?? Infinity));
  const variants: Checkpoint[] = [];
  for (const source of model.variants) {
    for (const each of complete(await discoverCheckpoints(source.path), warnings)) {
      const renamed = source.name === null ? each : { ...each, name: source.name };
      variants.push(await toCheckpoint(model, renamed, parentOf(renamed, source.parent, series)));
    }
  }
  return [...series, ...variants];
}

function named(
  found: DiscoveredCheckpoint,
  source: { readonly name: string | null; readonly step: number | null; readonly epoch: number | null },
): DiscoveredCheckpoint {
  return {
    ...found,
    name: source.name ?? found.name,
    step: source.step ?? found.step,
    epoch: source.epoch ?? found.epoch,
  };
}

function complete(found: readonly DiscoveredCheckpoint[], warnings: string[]): DiscoveredCheckpoint[] {
  for (const each of found) {
    if (!each.complete) warnings.push(`${each.path} is left out: ${each.reason ?? "it is not complete"}`);
  }
  return found.filter((each) => each.complete);
}

/** The named checkpoint, otherwise the one of the series with the variant's step. */
function parentOf(
  variant: DiscoveredCheckpoint,
  parent: string | null,
  series: readonly Checkpoint[],
): { readonly id: string } | { readonly missing: true } {
  const found = series.find(({ id, step }) =>
    parent === null ? step !== null && step === variant.step : id.endsWith(`/${parent}`) || id === parent,
  );
  if (found !== undefined) return { id: found.id };
  if (parent === null) return { missing: true };
  throw new EvalhError(
    "E_CHECKPOINT",
    `the variant ${variant.name} names "${parent}" as its parent, which is not in the series`,
    {
      hint: `the series has ${series.map(({ id }) => basename(id)).join(", ")}`,
    },
  );
}

const baseDigests = new WeakMap<Model, Promise<string | null>>();

/** An adapter's answers are its base's as much. Read once for all the adapters of a model. */
function baseDigest(model: Model): Promise<string | null> {
  const known = baseDigests.get(model) ?? readBase(model.base);
  baseDigests.set(model, known);
  return known;
}

async function readBase(base: string | null): Promise<string | null> {
  return base === null ? null : digestFiles((await discoverCheckpoints(base)).flatMap(({ weights }) => weights));
}

async function toCheckpoint(
  model: Model,
  found: DiscoveredCheckpoint,
  parent: ReturnType<typeof parentOf> | null,
): Promise<Checkpoint> {
  const settings = [];
  for (const name of SETTINGS) {
    // What all checkpoints share is often stored once, one folder up.
    for (const path of [join(found.path, name), join(dirname(found.path), name)]) {
      if ((await stat(path).catch(() => null))?.isFile() !== true) continue;
      settings.push(path);
      break;
    }
  }
  const tokenizer = found.tokenizer === null ? [] : [found.tokenizer];
  const own = await digestFiles([...found.weights, ...settings, ...tokenizer]);
  const base = await baseDigest(model);
  return {
    id: `${model.name}/${found.name}`,
    model: model.name,
    path: found.path,
    step: found.step,
    epoch: found.epoch,
    role: parent === null ? "series" : "variant",
    parent: parent !== null && "id" in parent ? parent.id : null,
    format: found.format,
    bytes: found.bytes,
    digest: base === null ? own : createHash("sha256").update(`${own} ${base}`).digest("hex"),
    prompting: await promptingOf(found, model),
  };
}
