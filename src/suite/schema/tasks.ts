import type { JudgeModule } from "../../core/judge.ts";
import type { LoadedCatalog } from "../catalog.ts";
import { perturbSchema } from "./perturb.ts";
import { named, oneOf, REVISION_PATTERN, text, texts, type Schema } from "./parts.ts";

const scalar: Schema = { type: ["string", "number", "boolean", "null"] };

const datasetProperties = {
  path: text("File, pattern with * or folder of shards, relative to the suite."),
  format: {
    type: "string",
    enum: ["jsonl", "json", "csv", "parquet", "arrow"],
    description: "By the file's ending where it is not given.",
  },
  revision: {
    type: "string",
    pattern: REVISION_PATTERN,
    description: "Beginning of the sha256 of its files, of the fingerprint by `datasets`, or of the hub's commit.",
  },
  id: text("Column with unique ids; rows are numbered from 0 without it."),
  limit: { type: "integer", minimum: 1, description: "Only the first so many rows." },
  sample: {
    type: "object",
    required: ["n"],
    additionalProperties: false,
    description: "Only n rows, the same ones whatever the order of the file.",
    properties: {
      n: { type: "integer", minimum: 1, description: "Number of rows." },
      seed: { type: "integer", minimum: 0, maximum: 0xff_ff_ff_ff, description: "The suite's seed by default." },
    },
  },
  where: {
    type: "object",
    minProperties: 1,
    description: "Only rows whose columns have these values.",
    additionalProperties: { type: ["string", "number", "boolean", "null", "array"], items: scalar, minItems: 1 },
  },
};

/** A path, or a mapping with a path and which rows. */
export function datasetSchema(description: string, extra: Schema = {}): Schema {
  return {
    type: ["string", "object"],
    minLength: 1,
    required: ["path"],
    additionalProperties: false,
    description,
    properties: { ...datasetProperties, ...extra },
  };
}

const fewShotSchema: Schema = {
  type: "object",
  required: ["count", "dataset"],
  additionalProperties: false,
  description: "Worked examples before the prompt, or as `examples` in it.",
  properties: {
    count: { type: "integer", minimum: 1, maximum: 1000, description: "Number of examples." },
    dataset: datasetSchema("Rows to take them from; a row is never an example of itself."),
    seed: { type: "integer", minimum: 0, maximum: 0xff_ff_ff_ff, description: "The suite's seed by default." },
    separator: { type: "string", default: "\n\n", description: "Between two examples and before the prompt." },
    description: { type: "string", default: "", description: "Text before the first example, as it is." },
  },
};

const generateSchema: Schema = {
  type: "object",
  additionalProperties: false,
  description: "Decoding settings.",
  properties: {
    max_tokens: { type: "integer", minimum: 1, default: 256, description: "Most tokens of an answer." },
    temperature: { type: "number", minimum: 0, maximum: 10, default: 0, description: "0 is greedy decoding." },
    top_p: { type: "number", exclusiveMinimum: 0, maximum: 1, default: 1, description: "Nucleus sampling." },
    top_k: { type: "integer", minimum: 0, default: 0, description: "Sample from the k likeliest tokens; 0 is all." },
    stop: {
      type: ["string", "array"],
      minLength: 1,
      items: { type: "string", minLength: 1 },
      maxItems: 16,
      description: "An answer ends before the first of these.",
    },
    logprobs: { type: "boolean", default: false, description: "Ask for the log-probability of every token." },
  },
};

function judgeSchema(judges: ReadonlyMap<string, JudgeModule | null>): Schema {
  const options = [...judges].map(([name, module]): [string, unknown] => [
    name,
    module === null ? {} : { description: module.summary, ...module.options },
  ]);
  return {
    type: ["string", "object"],
    if: { type: "string" },
    // oxlint-disable-next-line unicorn/no-thenable -- `then` is the JSON Schema keyword; nothing awaits a schema
    then: { enum: [...judges.keys()] },
    minProperties: 1,
    additionalProperties: false,
    properties: { ...Object.fromEntries(options), as: named("Name to show its scores under.") },
  };
}

/** The schema of one task. */
export function taskSchema({ judges, perturbations }: Pick<LoadedCatalog, "judges" | "perturbations">): Schema {
  return {
    type: "object",
    required: ["task", "dataset", "prompt", "judges"],
    additionalProperties: false,
    properties: {
      task: named("Name of the task; its metrics are task/metric."),
      description: text("What the task asks."),
      kind: oneOf(["generate", "choice", "loglikelihood", "perplexity", "classify"], "How it is asked."),
      dataset: datasetSchema("The samples.", {
        validation: text("Samples on which the checkpoint to ship is chosen; same options."),
        train: text("Samples that the model learned from; 200 of them are asked, to show what was learned by heart."),
      }),
      prompt: text("Jinja template over the columns of a row."),
      references: {
        type: ["string", "array"],
        items: { type: "string" },
        description: "Accepted answers, as templates; a single expression may give a list.",
      },
      choices: texts("The options of a choice or classify task; or a template whose value is each sample's own list.", {
        type: ["array", "string"],
        minItems: 2,
        minLength: 1,
      }),
      scoring: oneOf(["logprob", "generate"], "How a choice is made: by log-probability or by the written text."),
      target_delimiter: { type: "string", default: " ", description: "Between the prompt and an answer." },
      few_shot: fewShotSchema,
      generate: generateSchema,
      repeats: { type: "integer", minimum: 1, maximum: 1000, default: 1, description: "Answers to each sample." },
      judges: { type: "array", minItems: 1, items: judgeSchema(judges), description: "Who scores the answers." },
      slices: texts("Columns by whose values every score is also reported."),
      perturb: perturbSchema(perturbations),
    },
  };
}
