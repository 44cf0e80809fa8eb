import { basename, dirname } from "node:path";

import type { Checkpoint } from "../../core/checkpoint.ts";
import type { Imported, ImportedCheckpoint } from "./imported.ts";

/**
 * A checkpoint for each result. Where the models are folders of one training run (".../checkpoint-500") they make a
 * series along its steps; results under one name are told apart by their file.
 */
export function checkpointsOf(results: readonly Imported[]): Checkpoint[] {
  const places = results.map(placeOf);
  const ids = places.map(({ id }) => id);
  return results.map((result, index) => {
    const { id, model, path, step, epoch } = places[index] as ImportedCheckpoint;
    const isUnique = ids.filter((each) => each === id).length === 1;
    return {
      id: isUnique ? id : `${id} (${basename(result.file)} ${index + 1})`,
      model,
      path,
      step,
      epoch,
      role: "series",
      parent: null,
      format: "imported",
      bytes: null,
      digest: null,
    };
  });
}

function placeOf({ checkpoint, model: path }: Imported): ImportedCheckpoint {
  if (checkpoint !== undefined) return checkpoint;
  const { model, name, step } = partsOf(path);
  return { id: `${model}/${name}`, model, path, step, epoch: null };
}

/** "out/run1/checkpoint-500" is step 500 of run1; "openai/gpt-x" a model with one checkpoint. */
function partsOf(path: string): { readonly model: string; readonly name: string; readonly step: number | null } {
  const name = basename(path);
  const step = /^(?:checkpoint|step|iter|epoch)[-_]?(\d+)$/.exec(name)?.[1];
  if (step === undefined) return { model: path, name, step: null };
  const model = basename(dirname(path));
  return { model: model === "." || model === "" ? "model" : model, name, step: Number(step) };
}
