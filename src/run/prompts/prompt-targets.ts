import type { Suite } from "../../suite/suite.ts";
import { discoverCheckpoints } from "../../training/index.ts";
import type { PromptTarget } from "./inspect-prompts.ts";

/**
 * The checkpoints whose prompts can be looked at, by step. Weights are not read: to look at a prompt takes no digest.
 * @throws EvalhError E_CHECKPOINT
 */
export async function listPromptTargets({ models }: Pick<Suite, "models">): Promise<PromptTarget[]> {
  const targets: PromptTarget[] = [];
  for (const model of models) {
    if (model.url !== null) {
      const id = `${model.name}/${model.modelName ?? "served"}`;
      targets.push({ checkpoint: { id, path: model.url, format: "served", role: "series" }, model });
      continue;
    }
    const series = model.checkpoints.flatMap((source) => ("path" in source ? [source.path] : []));
    const sources = [
      ...series.map((path) => ({ path, role: "series" as const })),
      ...model.variants.map(({ path }) => ({ path, role: "variant" as const })),
    ];
    for (const { path: folder, role } of sources) {
      for (const { name, path, format } of await discoverCheckpoints(folder)) {
        targets.push({ checkpoint: { id: `${model.name}/${name}`, path, format, role }, model });
      }
    }
  }
  return targets;
}
