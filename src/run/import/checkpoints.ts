import { basename, dirname } from "node:path";

import type { Checkpoint } from "../../core/checkpoint.ts";
import type { Imported } from "./imported.ts";

/**
 * A checkpoint for each result. Where the models are folders of one training run (".../checkpoint-500") they make a
 * series along its steps; results under one name are told apart by their file.
 */
export function checkpointsOf(results: readonly Imported[]): Checkpoint[] {
  const parts = results.map(({ model }) => partsOf(model));
  const ids = parts.map(({ model, name }) => `${model}/${name}`);
  return results.map((result, index) => {
    const { model = "", step = null } = parts[index] ?? {};
    const id = ids[index] ?? "";
    const isUnique = ids.filter((each) => each === id).length === 1;
    return {
      id: isUnique ? id : `${id} (${basename(result.file)} ${index + 1})`,
      model,
      path: result.model,
      step,
      epoch: null,
      role: "series",
      parent: null,
      format: "imported",
      bytes: null,
      digest: null,
    };
  });
}

/** "out/run1/checkpoint-500" is step 500 of run1; "openai/gpt-x" a model with one checkpoint. */
function partsOf(path: string): { readonly model: string; readonly name: string; readonly step: number | null } {
  const name = basename(path);
  const step = /^(?:checkpoint|step|iter|epoch)[-_]?(\d+)$/.exec(name)?.[1];
  if (step === undefined) return { model: path, name, step: null };
  const model = basename(dirname(path));
  return { model: model === "." || model === "" ? "model" : model, name, step: Number(step) };
}
