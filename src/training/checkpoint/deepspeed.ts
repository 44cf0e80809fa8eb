import { basename, dirname, join } from "node:path";

import { readSmallText } from "./bounded-read.ts";
import type { CheckpointFormat, Entry } from "./checkpoint-format.ts";
import { zipProblem } from "./zip-end.ts";

const STATES =
  /^(?:global_step\d+\/)?(?:mp_rank_\d+|zero_pp_rank_\d+_mp_rank_\d+|layer_\d+-model_\d+)_(?:model|optim)_states\.pt$/;

/** A tag folder of DeepSpeed, or a folder that holds one. The file "latest" beside it is written after the save. */
export const deepspeed: CheckpointFormat = {
  recognises: ({ files, name }) =>
    files.some((file) => STATES.test(file) && !file.includes("/")) ||
    (/^checkpoint-\d+$/.test(name) && files.some((file) => STATES.test(file))),
  inspect: async (entry) => {
    const states = entry.files.filter((file) => STATES.test(file));
    let problem = await unfinished(entry);
    for (const file of states) problem ??= await zipProblem(join(entry.path, file), file);
    if (!states.some((file) => file.includes("model_states"))) problem ??= "the model states are not written yet";
    return {
      format: "deepspeed",
      weights: states.filter((file) => file.endsWith("_model_states.pt")).map((file) => join(entry.path, file)),
      problem,
    };
  },
};

async function unfinished({ path, files, name }: Entry): Promise<string | null> {
  const nested = files.find((file) => STATES.test(file) && file.includes("/"));
  const tag = nested === undefined ? name : dirname(nested);
  const latest = await readSmallText(join(nested === undefined ? dirname(path) : path, "latest"), 4096);
  if (latest === null) return 'the file "latest" is not written yet';
  const [of, upTo] = [numberIn(tag), numberIn(latest)];
  return of !== null && upTo !== null && of > upTo ? `"latest" still names ${basename(latest.trim())}` : null;
}

function numberIn(tag: string): number | null {
  const digits = /(\d+)\s*$/.exec(tag)?.[1];
  return digits === undefined ? null : Number(digits);
}
