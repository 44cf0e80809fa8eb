import { basename, join } from "node:path";

import { isJsonObject, type JsonObject } from "../../core/json.ts";
import { numberOf, parseLooseJson } from "../loose-json.ts";
import { readSmallText } from "./bounded-read.ts";
import type { CheckpointFormat, Entry, Inspection } from "./checkpoint-format.ts";
import { safetensorsProblem } from "./safetensors.ts";
import { zipProblem } from "./zip-end.ts";

const MAX_JSON = 256 * 1024 * 1024;
const SHARD = /^(?:model|adapter_model|diffusion_pytorch_model)(?:-\d+-of-\d+)?\.safetensors$/;
const PICKLED = /^pytorch_model(?:-\d+-of-\d+)?\.bin$/;

/** A folder the Hugging Face Trainer (or save_pretrained) wrote, with the weights as safetensors. */
export const hfSafetensors: CheckpointFormat = {
  recognises: ({ files }) => hasSome(files, /^model(?:-\d+-of-\d+)?\.safetensors(?:\.index\.json)?$/),
  inspect: (entry) => inspectFolder(entry, "hf-safetensors", SHARD),
};

/** The same with pickled weights, which are recognised but never opened. */
export const hfPickle: CheckpointFormat = {
  recognises: ({ files }) => hasSome(files, PICKLED) || files.includes("pytorch_model.bin.index.json"),
  inspect: (entry) => inspectFolder(entry, "hf-pickle", PICKLED),
};

/** An adapter (LoRA and others) in PEFT's layout; it needs its base model. */
export const peft: CheckpointFormat = {
  recognises: ({ files }) => files.includes("adapter_config.json"),
  inspect: async (entry) => {
    const pickled = entry.files.includes("adapter_model.bin");
    const found = await inspectFolder(
      entry,
      pickled ? "peft-pickle" : "peft-safetensors",
      pickled ? /^adapter_model\.bin$/ : SHARD,
    );
    const config = await readJson(join(entry.path, "adapter_config.json"));
    const base = config?.["base_model_name_or_path"];
    const problem = found.problem ?? (config === null ? "adapter_config.json cannot be read" : null);
    return { ...found, problem, ...(typeof base === "string" && { base }) };
  },
};

function hasSome(files: readonly string[], pattern: RegExp): boolean {
  return files.some((file) => pattern.test(file));
}

async function inspectFolder(entry: Entry, format: string, weight: RegExp): Promise<Inspection> {
  const names = entry.files.filter((file) => weight.test(file));
  const state = await trainerState(entry);
  const problem =
    state.problem ??
    (await missingShard(entry, names)) ??
    (names.length === 0 ? "the weights are not written yet" : null) ??
    missingRank(entry.files) ??
    (await firstProblem(entry, names));
  const weights = names.map((name) => join(entry.path, name));
  return {
    format,
    weights,
    problem,
    ...(state.step !== undefined && { step: state.step }),
    ...(state.epoch !== undefined && { epoch: state.epoch }),
  };
}

async function firstProblem(entry: Entry, names: readonly string[]): Promise<string | null> {
  for (const name of names) {
    const check = name.endsWith(".safetensors") ? safetensorsProblem : zipProblem;
    const problem = await check(join(entry.path, name), name);
    if (problem !== null) return problem;
  }
  return null;
}

async function missingShard(entry: Entry, names: readonly string[]): Promise<string | null> {
  const indexName = entry.files.find((file) => /\.(?:safetensors|bin)\.index\.json$/.test(file));
  if (indexName === undefined) return null;
  const index = await readJson(join(entry.path, indexName));
  const map = index?.["weight_map"];
  if (!isJsonObject(map)) return `${indexName} is cut off or still being written`;
  const missing = Object.values(map).find((shard) => typeof shard !== "string" || !names.includes(shard));
  return missing === undefined ? null : `a shard that ${indexName} names is missing`;
}

/** Each process of a distributed training saves its own; rank 0 does not wait for the others. */
function missingRank(files: readonly string[]): string | null {
  const ranks = files.flatMap((file) => /^rng_state_(\d+)\.pth$/.exec(file)?.[1] ?? []).map(Number);
  const missing = Array.from({ length: Math.max(0, ...ranks) }, (_, rank) => rank).find(
    (rank) => !ranks.includes(rank),
  );
  return missing === undefined || ranks.length === 0 ? null : `rng_state_${missing}.pth is missing`;
}

/** What trainer_state.json says of a folder; it is written last, so that a bad one means "still being written". */
export async function trainerState(entry: Entry): Promise<{ step?: number; epoch?: number; problem: string | null }> {
  const name = basename(entry.path);
  const byTrainer = /^checkpoint-(\d+)$/.exec(name);
  if (!entry.files.includes("trainer_state.json")) {
    // save_pretrained writes none; the Trainer writes its optimiser before it.
    const expected =
      byTrainer !== null && entry.files.some((file) => /^(?:optimizer|scheduler)\.pt$|^training_args\.bin$/.test(file));
    return { problem: expected ? "trainer_state.json is not written yet" : null };
  }
  const state = await readJson(join(entry.path, "trainer_state.json"));
  if (state === null) return { problem: "trainer_state.json is cut off or still being written" };
  const step = numberOf(state["global_step"]);
  const epoch = numberOf(state["epoch"]);
  const wrong = byTrainer !== null && step !== undefined && step !== Number(byTrainer[1]);
  return {
    problem: wrong ? `trainer_state.json is of step ${step}` : null,
    ...(step !== undefined && { step }),
    ...(epoch !== undefined && { epoch }),
  };
}

async function readJson(path: string): Promise<JsonObject | null> {
  const text = await readSmallText(path, MAX_JSON);
  if (text === null) return null;
  try {
    const value = parseLooseJson(text);
    return isJsonObject(value) ? value : null;
  } catch {
    return null;
  }
}
