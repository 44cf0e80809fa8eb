import { resolve } from "node:path";

import { backends } from "../../backend/index.ts";
import { EvalhError } from "../../core/errors.ts";
import { didYouMean } from "../../core/near-name.ts";
import type { CheckpointSource, Model, Suite } from "../../suite/suite.ts";

/**
 * The model whose checkpoints a training makes: the one that is named, the one that takes its checkpoints from the
 * output folder, or the only one.
 * @throws EvalhError E_USAGE naming the choice
 */
export function chooseModel(
  { models }: Pick<Suite, "models">,
  { output, name }: { readonly output: string; readonly name: string | null },
): Model {
  const names = models.map((model) => model.name);
  if (name !== null) {
    const named = models.find((model) => model.name === name);
    if (named !== undefined) return named;
    throw new EvalhError("E_USAGE", `the suite has no model "${name}"`, {
      hint: didYouMean(name, names) ?? `it has ${names.join(", ")}`,
    });
  }
  const onDisk = models.filter(({ url }) => url === null);
  const lies = (source: CheckpointSource): boolean =>
    source.kind !== "served" && resolve(source.path) === resolve(output);
  const fitting = onDisk.filter(({ checkpoints }) => checkpoints.some(lies));
  const [chosen, second] = fitting.length > 0 ? fitting : onDisk;
  if (chosen !== undefined && second === undefined) return chosen;
  throw new EvalhError("E_USAGE", `which of the suite's models does the training in ${output} make?`, {
    hint: `name it with --model: ${names.join(", ")}`,
  });
}

/** The model, evaluated on another device. @throws EvalhError E_USAGE if its backend knows none */
export async function onDevice(model: Model, device: string | undefined): Promise<Model> {
  if (device === undefined) return model;
  const load = Object.entries(backends).find(([name]) => name === model.backend)?.[1];
  const { properties } = ((await load?.())?.options ?? {}) as {
    readonly properties?: Readonly<Record<string, unknown>>;
  };
  if (properties !== undefined && "device" in properties) return { ...model, options: { ...model.options, device } };
  throw new EvalhError("E_USAGE", `the backend ${model.backend} has no option "device"`, {
    hint: "leave --device out, or evaluate with the backend transformers",
  });
}
