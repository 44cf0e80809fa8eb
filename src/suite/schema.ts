import type { LoadedCatalog } from "./catalog.ts";
import { gateSchema, humanSchema } from "./schema/gates.ts";
import { modelSchema } from "./schema/models.ts";
import { named, text, type Schema } from "./schema/parts.ts";
import { taskSchema } from "./schema/tasks.ts";
import { trainingSchema } from "./schema/training.ts";

/**
 * JSON Schema (draft 2020-12) of a suite. Judges and backends that are not loaded are known by name only; the schema
 * for editors (suites/suite.schema.json) is built from all of them. Unions are written as lists of types, never as
 * `oneOf`, so that a mistake gives one message and not one for every branch.
 */
export function suiteSchema(catalog: LoadedCatalog): Schema {
  const model = modelSchema(catalog.backends);
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "evalh suite",
    type: "object",
    required: ["suite", "version", "tasks", "models"],
    additionalProperties: false,
    properties: {
      $schema: text("Address of this schema, for editors."),
      suite: named("Name of the suite."),
      version: {
        type: "integer",
        minimum: 1,
        description: "Raise it whenever scores before and after are no longer comparable.",
      },
      description: text("What the suite measures."),
      seed: {
        type: "integer",
        minimum: 0,
        maximum: 0xff_ff_ff_ff,
        default: 42,
        description: "All randomness derives from it: sampling of answers, few-shot examples, bootstraps.",
      },
      alpha: {
        type: "number",
        exclusiveMinimum: 0,
        maximum: 0.5,
        default: 0.05,
        description: "Level of significance of tests and gates.",
      },
      tasks: {
        type: "array",
        minItems: 1,
        items: taskSchema(catalog),
        description: "What is asked and judged.",
      },
      models: { type: "array", minItems: 1, items: model, description: "Who is asked." },
      judge_models: { type: "array", items: model, description: "Models that judges ask; they are not evaluated." },
      training: trainingSchema,
      ship: {
        type: "object",
        required: ["metric"],
        additionalProperties: false,
        description: "How the checkpoint to ship is chosen.",
        properties: { metric: text("The metric that decides, as task/metric; the first one by default.") },
      },
      human: humanSchema,
      gates: { type: "array", items: gateSchema, description: "Conditions that `evalh gate` checks." },
    },
  };
}
