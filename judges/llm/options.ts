import type { JsonObject } from "../../src/core/json.ts";

const count = (description: string, more: JsonObject): JsonObject => ({ type: "integer", description, ...more });

/** JSON schema of the options of `llm`. */
export const LLM_OPTIONS: JsonObject = {
  type: "object",
  additionalProperties: false,
  required: ["model"],
  properties: {
    model: {
      description: "Name of the model that judges, from `judge_models`; several make a jury.",
      type: ["string", "array"],
      minLength: 1,
      minItems: 1,
      uniqueItems: true,
      items: { type: "string", minLength: 1 },
    },
    rubric: { description: "What counts, in words.", type: "string", minLength: 1 },
    scale: {
      description: "Ratings are whole numbers; 1 to 5 by default.",
      type: "object",
      additionalProperties: false,
      required: ["min", "max"],
      properties: { min: count("The worst.", {}), max: count("The best.", {}) },
    },
    levels: {
      description: "Ratings are these names, from the worst, which counts 1, to the best.",
      type: "array",
      minItems: 2,
      maxItems: 20,
      uniqueItems: true,
      items: { type: "string", minLength: 1 },
    },
    against: {
      description:
        "Compare instead of rating: with the first reference (`reference`), or with the stored answer of a checkpoint.",
      type: "string",
      minLength: 1,
    },
    reference_guided: { description: "Show the judge the first reference.", type: "boolean", default: false },
    human: {
      description:
        "Column with people's ratings (`win`, `tie`, `loss` for comparisons), to measure agreement with them.",
      type: "string",
      minLength: 1,
    },
    prices: {
      description: "What a million tokens cost, for each model.",
      type: "object",
      additionalProperties: {
        type: "object",
        additionalProperties: false,
        required: ["input", "output"],
        properties: { input: { type: "number", minimum: 0 }, output: { type: "number", minimum: 0 } },
      },
    },
    max_tokens: count("Longest reply.", { minimum: 16, default: 1024 }),
    seed: count("Of the markers around quoted texts.", { minimum: 0, default: 0 }),
  },
};
