import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { EvalhError, messageOf } from "../src/core/errors.ts";
import { isJsonObject, type JsonObject } from "../src/core/json.ts";
import type { Judge, JudgeModule } from "../src/core/judge.ts";
import { signatureOf } from "./answers/choice.ts";
import { compilePattern } from "./answers/pattern.ts";
import { attempt } from "./metric/attempt.ts";
import { proportionMetric } from "./metric/mean.ts";

type JsonStats = {
  readonly parsed: boolean;
  /** Parsed, and as the schema asks, if there is one. */
  readonly valid: boolean;
};

/**
 * Patterns of a schema meet whatever a model wrote, so they too are matched in linear time. ajv takes patterns whose
 * `toString` is the same for the same pattern.
 */
const linearRegExp = Object.assign(
  (source: string) => {
    const pattern = compilePattern(source);
    return { test: (text: string) => pattern.test(text), toString: () => source };
  },
  { code: "" },
);

function compileSchema(schema: JsonObject): ValidateFunction {
  try {
    const ajv = new Ajv2020({ strict: false, validateFormats: false, code: { regExp: linearRegExp } });
    return ajv.compile(schema);
  } catch (error) {
    throw new EvalhError("E_JUDGE", `The schema of json_valid cannot be used: ${messageOf(error)}`, { cause: error });
  }
}

/** The text between the first pair of Markdown fences, or the whole text. */
function unfenced(text: string): string {
  const open = text.indexOf("```");
  const start = open < 0 ? -1 : text.indexOf("\n", open);
  const end = start < 0 ? -1 : text.indexOf("```", start);
  return end < 0 ? text : text.slice(start, end);
}

function create(options: JsonObject): Judge<JsonStats> {
  const schema = options["schema"];
  const validate = isJsonObject(schema) ? compileSchema(schema) : undefined;
  const metrics = [proportionMetric<JsonStats>({ name: "json_valid" }, (stats) => stats.valid)];
  if (validate !== undefined) {
    metrics.push(proportionMetric<JsonStats>({ name: "json_parsed" }, (stats) => stats.parsed));
  }
  return {
    name: "json_valid",
    version: "1",
    signature: signatureOf("json", options),
    metrics,
    score: (completion) =>
      attempt(() => {
        let value: unknown;
        try {
          value = JSON.parse(options["fenced"] === true ? unfenced(completion.text) : completion.text);
        } catch {
          return { parsed: false, valid: false };
        }
        return { parsed: true, valid: validate?.(value) ?? true };
      }),
  };
}

export const jsonValid: JudgeModule = {
  name: "json_valid",
  summary: "Percentage of outputs that are JSON, and as a schema asks if one is given.",
  reference: "ECMA-404; JSON Schema draft 2020-12 (ajv 8)",
  needsReferences: false,
  options: {
    type: "object",
    additionalProperties: false,
    properties: {
      schema: { description: "A JSON schema, draft 2020-12. Formats are not checked.", type: "object" },
      fenced: { description: "Read the first fenced code block, if there is one.", type: "boolean", default: false },
    },
  },
  example: {
    output: '{"colour": "teal"}',
    references: [],
    options: { schema: { type: "object", required: ["colour"], properties: { colour: { type: "string" } } } },
    values: { json_valid: 100, json_parsed: 100 },
  },
  create,
};
