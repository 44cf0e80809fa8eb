import type { PerturbationModule } from "../../perturb/perturbation.ts";
import { named, texts, type Schema } from "./parts.ts";

/** The schema of a task's `perturb`. */
export function perturbSchema(modules: ReadonlyMap<string, PerturbationModule | null>): Schema {
  const options = [...modules].map(([name, module]): [string, unknown] => [
    name,
    module === null ? {} : { description: module.summary, ...module.options },
  ]);
  const item = {
    type: ["string", "object"],
    if: { type: "string" },
    // oxlint-disable-next-line unicorn/no-thenable -- `then` is the JSON Schema keyword; nothing awaits a schema
    then: { enum: [...modules.keys()] },
    minProperties: 1,
    additionalProperties: false,
    properties: {
      ...Object.fromEntries(options),
      prompts: {
        type: "array",
        minItems: 1,
        items: { type: "string", minLength: 1 },
        description: "The same questions with other prompts: a Jinja template each.",
      },
      as: named("Name to show its scores under."),
      columns: texts("Columns that are changed; by default those that the prompt shows.", { minItems: 1 }),
      repeats: {
        type: "integer",
        minimum: 1,
        maximum: 1000,
        description: "Versions of each sample; the task's `repeats` by default.",
      },
    },
  };
  return { type: "array", items: item, description: "Ask the samples in other words as well, and show the drop." };
}
