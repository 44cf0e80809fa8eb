import { Ajv2020, type ErrorObject } from "ajv/dist/2020.js";

import type { BackendModule } from "../core/backend.ts";
import { EvalhError } from "../core/errors.ts";
import type { JsonObject, JsonValue } from "../core/json.ts";
import { didYouMean } from "../core/near-name.ts";

/**
 * `name=value` flags as an options object, checked as the suite's are. Values are JSON, or text.
 * @throws EvalhError E_USAGE
 */
export function readOptions(module: BackendModule, given: readonly string[]): JsonObject {
  const options: Record<string, JsonValue> = {};
  for (const each of given) {
    const at = each.indexOf("=");
    if (at < 1) throw new EvalhError("E_USAGE", `--option wants name=value, got ${JSON.stringify(each)}`);
    options[each.slice(0, at)] = valueOf(each.slice(at + 1));
  }
  const ajv = new Ajv2020({ strictTypes: false, strictRequired: false, logger: false });
  const validate = ajv.compile({ ...module.options, required: [] });
  const problem = validate(options) ? undefined : validate.errors?.[0];
  if (problem !== undefined) throw optionError(module, problem);
  return options;
}

function optionError({ name, options }: BackendModule, { instancePath, params, message }: ErrorObject): EvalhError {
  const extra: unknown = params["additionalProperty"];
  if (typeof extra === "string" && instancePath === "") {
    const known = Object.keys(options["properties"] ?? {});
    return new EvalhError("E_USAGE", `the backend ${name} has no option "${extra}"`, {
      hint: didYouMean(extra, known) ?? `it has ${known.join(", ")}`,
    });
  }
  const allowed: unknown = params["allowedValues"];
  const choices = Array.isArray(allowed) ? `: ${allowed.join(", ")}` : "";
  const where = instancePath.slice(1).replaceAll("/", ".");
  return new EvalhError("E_USAGE", `--option ${where} ${message ?? "is wrong"}${choices}`);
}

function valueOf(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return text;
  }
}
