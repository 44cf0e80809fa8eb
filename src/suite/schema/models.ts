import type { BackendModule } from "../../core/backend.ts";
import { named, text, URL_PATTERN, type Schema } from "./parts.ts";

type Backends = ReadonlyMap<string, BackendModule | null>;

const checkpointsSchema: Schema = {
  type: ["string", "array"],
  minLength: 1,
  minItems: 1,
  description: "Folder of a training run's checkpoints, or a list of folders and checkpoints.",
  items: {
    type: ["string", "object"],
    minLength: 1,
    additionalProperties: false,
    properties: {
      path: text("Folder or file of one checkpoint."),
      model_name: text("Name by which the server knows a LoRA adapter, or its base."),
      adapter: text("Folder of that adapter as the server sees it, to be loaded where `load_adapters` allows it."),
      name: named("Name to show; the folder's, or the server's, by default."),
      step: { type: "integer", minimum: 0, description: "Training step; taken from the name by default." },
      epoch: { type: "number", minimum: 0, description: "Training epoch." },
    },
  },
};

function variantsSchema(backends: Backends): Schema {
  return {
    type: ["string", "array"],
    minLength: 1,
    minItems: 1,
    description: "Quantised, pruned or exported versions of a checkpoint, compared with their parent.",
    items: {
      type: ["string", "object"],
      minLength: 1,
      required: ["path"],
      additionalProperties: false,
      properties: {
        path: text("Folder or file of the variant."),
        name: named("Name to show; the folder's by default."),
        parent: text("Name of the checkpoint it was made from, for example checkpoint-441."),
        label: text("What was done to it, for example int8."),
        backend: {
          type: "string",
          enum: [...backends.keys()],
          description: "What runs it, where that is not the model's backend: an export to ONNX or GGUF.",
        },
        options: { type: "object", description: "Options of that backend." },
      },
      dependentRequired: { options: ["backend"] },
      ...allOf([...backends].flatMap(variantRule)),
    },
  };
}

function allOf(rules: readonly Schema[]): Schema {
  return rules.length === 0 ? {} : { allOf: rules };
}

/** What a variant's own backend asks: only weights on disk can be a variant. */
function variantRule([name, backend]: readonly [string, BackendModule | null]): Schema[] {
  if (backend === null) return [];
  const rule = backend.target === "url" ? false : { properties: { options: backend.options } };
  return [
    {
      if: { type: "object", properties: { backend: { const: name } }, required: ["backend"] },
      // oxlint-disable-next-line unicorn/no-thenable -- `then` is the JSON Schema keyword; nothing awaits a schema
      then: rule,
    },
  ];
}

/** What the entries of `checkpoints` hold: folders, or names and adapters of one server. */
const FOLDER_ENTRIES: Schema = { items: { required: ["path"], properties: { model_name: false, adapter: false } } };
const ADAPTER_ENTRIES: Schema = { items: { required: ["model_name"], properties: { path: false } } };

/** What a backend's own options and kind of target ask of a model entry. */
function backendRule([name, backend]: readonly [string, BackendModule | null]): Schema[] {
  if (backend === null) return [];
  const isServed = backend.target === "url";
  const isNeeded = Array.isArray(backend.options["required"]) && backend.options["required"].length > 0;
  return [
    {
      if: { properties: { backend: { const: name } }, required: ["backend"] },
      // oxlint-disable-next-line unicorn/no-thenable -- `then` is the JSON Schema keyword; nothing awaits a schema
      then: {
        required: [isServed ? "url" : "checkpoints", ...(isNeeded ? ["options"] : [])],
        properties: isServed
          ? {
              options: backend.options,
              checkpoints: backend.servesAdapters === true ? ADAPTER_ENTRIES : false,
              variants: false,
              base: false,
            }
          : { options: backend.options, url: false, checkpoints: FOLDER_ENTRIES },
      },
    },
  ];
}

/** The schema of one model entry. */
export function modelSchema(backends: Backends): Schema {
  return {
    type: "object",
    required: ["model", "backend"],
    additionalProperties: false,
    properties: {
      model: named("Name of the model; its checkpoints are model/checkpoint."),
      backend: { type: "string", enum: [...backends.keys()], description: "What turns prompts into answers." },
      checkpoints: checkpointsSchema,
      variants: variantsSchema(backends),
      base: text("For adapters (LoRA): file or folder of the model they were trained on."),
      url: { type: "string", pattern: URL_PATTERN, description: "Base URL of a served model." },
      model_name: text("Name by which the server knows the model."),
      options: { type: "object", description: "Options of the backend." },
    },
    ...allOf([...backends].flatMap(backendRule)),
  };
}
