import { Ajv2020, type ErrorObject } from "ajv/dist/2020.js";

import { isJsonObject } from "../../core/json.ts";
import { didYouMean, nearName } from "../../core/near-name.ts";
import type { Problem } from "../diagnostics.ts";
import { patternTexts, type Schema } from "./parts.ts";
import { pointerAbove, pointerSteps, pointerTo, type SourceDocument } from "../source-document.ts";

/** Unknown keys come before missing ones: usually they are the same mistake. */
const rank = { unknownKey: 0, value: 1, missingKey: 2 } as const;

/** Most names shown of a list of allowed ones. */
const SHOWN = 12;

/** Every place where the data does not follow the schema, in words for the person who wrote it. */
export function schemaProblems(source: SourceDocument, schema: Schema): Problem[] {
  const ajv = new Ajv2020({
    allErrors: true,
    verbose: true,
    strictTypes: false,
    strictRequired: false,
    logger: false,
    // The schema is ours and used once: checking it and making its code faster takes twice as long as using it.
    meta: false,
    validateSchema: false,
    code: { optimize: false },
  });
  const validate = ajv.compile(schema);
  if (validate(source.data)) return [];
  // A failed `if` says only that its `then` failed, which has been reported.
  const errors = closestBranches(validate.errors ?? []).filter(({ keyword }) => keyword !== "if");
  const misspelt = misspeltKeys(errors);
  return errors
    .filter((error) => !(error.keyword === "required" && misspelt.has(missingKey(error))))
    .map((error) => problemOf(source, error));
}

/** Where options offer several forms, the errors of the form that the value is nearest to, instead of all forms'. */
function closestBranches(errors: readonly ErrorObject[]): ErrorObject[] {
  const unions = errors.filter(({ keyword }) => keyword === "anyOf" || keyword === "oneOf");
  let kept = [...errors];
  for (const union of unions) {
    const prefix = `${union.schemaPath}/`;
    const inside = kept.filter(({ schemaPath }) => schemaPath.startsWith(prefix));
    const branches = Object.values(
      Object.groupBy(inside, ({ schemaPath }) => schemaPath.slice(prefix.length).split("/", 1)[0] ?? ""),
    );
    const [closest = []] = branches
      .filter((branch) => branch !== undefined)
      .toSorted((a, b) => distanceOf(a, union) - distanceOf(b, union));
    kept = kept.filter((error) => !inside.includes(error) || closest.includes(error));
    if (closest.length > 0) kept = kept.filter((error) => error !== union);
  }
  return kept;
}

/** 0 where a branch fails inside the value only, 1 at the value itself, 2 already by its type. */
function distanceOf(branch: readonly ErrorObject[], union: ErrorObject): number {
  const atValue = branch.filter(({ instancePath }) => instancePath === union.instancePath);
  if (atValue.length === 0) return 0;
  return atValue.some(({ keyword }) => keyword === "type") ? 2 : 1;
}

/** Pointers of missing keys that stand there under a mistyped name. */
function misspeltKeys(errors: readonly ErrorObject[]): Set<string> {
  const unknown = errors.filter(({ keyword }) => keyword === "additionalProperties");
  return new Set(
    unknown.map((error) => {
      const near = nearName(String(error.params["additionalProperty"]), knownKeys(error));
      return pointerTo(error.instancePath, near ?? "");
    }),
  );
}

function missingKey(error: ErrorObject): string {
  return pointerTo(error.instancePath, String(error.params["missingProperty"]));
}

function knownKeys(error: ErrorObject): string[] {
  const properties: unknown = error.parentSchema?.["properties"];
  return isJsonObject(properties) ? Object.keys(properties) : [];
}

function problemOf(source: SourceDocument, error: ErrorObject): Problem {
  const { instancePath: pointer, keyword, params } = error;
  switch (keyword) {
    case "additionalProperties":
      return unknownKey(source, error);
    case "required": {
      const message = `missing key "${String(params["missingProperty"])}"`;
      return source.at(pointer, { message, rank: rank.missingKey });
    }
    case "type":
      return source.at(pointer, wrongType(source, error));
    case "enum":
      return source.at(pointer, notAllowed(error));
    case "uniqueItems":
      return source.at(pointerTo(pointer, Math.max(Number(params["i"]), Number(params["j"]))), {
        message: "stands in the list a second time",
      });
    case "false schema": {
      const key = pointerSteps(pointer).at(-1) ?? "";
      const message = `key "${key}" ${refusal(pointer)}`;
      const parent = pointerAbove(pointer);
      return source.atKey(parent, key, { message, rank: rank.unknownKey });
    }
    default:
      return source.at(pointer, { message: limitText(error) });
  }
}

/** Why a key that the schema knows may not stand here. */
function refusal(pointer: string): string {
  if (pointer.startsWith("/training/arguments/")) return "may not be set: evalh sets it, and sends models nowhere";
  return `does not apply to this ${pointer.startsWith("/training/") ? "trainer" : "backend"}`;
}

function unknownKey(source: SourceDocument, error: ErrorObject): Problem {
  const { instancePath: pointer, params } = error;
  const key = String(params["additionalProperty"]);
  const isJudge = /^\/tasks\/\d+\/judges\/\d+$/.test(pointer);
  const isMerge = key === "<<";
  const message = `unknown ${isJudge ? "judge" : "key"} ${JSON.stringify(key)}`;
  const hint = isMerge ? "merge keys are not part of YAML 1.2; repeat the keys" : didYouMean(key, knownKeys(error));
  return source.atKey(pointer, key, { message, hint, rank: rank.unknownKey });
}

/** What YAML calls the types of JSON. */
const typeNames: Readonly<Record<string, string>> = { array: "list", object: "mapping", null: "empty" };

function wrongType(source: SourceDocument, error: ErrorObject): { message: string; hint: string | undefined } {
  const wanted = [error.schema].flat().map(String);
  const value: unknown = error.data;
  const names = wanted.map((name) => typeNames[name] ?? name);
  return {
    message: `must be ${names.join(" or ")}, got ${describeValue(value)}`,
    hint: typeHint(value, { wanted, isQuoted: source.isQuoted(error.instancePath) }),
  };
}

/** Whether a text would have the type if it were not in quotes. */
const unquoted: Readonly<Record<string, (text: string) => boolean>> = {
  integer: (text) => /^[-+]?\d+$/.test(text),
  number: (text) => text.trim() !== "" && Number.isFinite(Number(text)),
  boolean: (text) => text === "true" || text === "false",
};

function typeHint(
  value: unknown,
  { wanted, isQuoted }: { readonly wanted: readonly string[]; readonly isQuoted: boolean },
): string | undefined {
  if (isQuoted && wanted.some((type) => unquoted[type]?.(String(value)) === true)) return "remove the quotes";
  const isPlain = typeof value === "number" || typeof value === "boolean";
  if (wanted.includes("string") && isPlain) return `put it in quotes: "${value}"`;
  if (wanted.length === 1 && wanted[0] === "array" && (isPlain || typeof value === "string")) {
    return `write a list: [${JSON.stringify(value)}]`;
  }
  return undefined;
}

function describeValue(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a mapping";
  return `${typeof value} ${shorten(JSON.stringify(value))}`;
}

function shorten(text: string): string {
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

function notAllowed(error: ErrorObject): { message: string; hint: string | undefined } {
  const allowed = (error.params["allowedValues"] as readonly unknown[]).map(String);
  const more = allowed.length > SHOWN ? `, … (${allowed.length} in all)` : "";
  const value: unknown = error.data;
  return {
    message: `must be one of ${allowed.slice(0, SHOWN).join(", ")}${more}`,
    hint: typeof value === "string" ? didYouMean(value, allowed) : undefined,
  };
}

/** What each keyword that sets a bound asks, in words that follow "must". */
const bounds: Readonly<Record<string, (limit: number) => string>> = {
  minimum: (limit) => `be at least ${limit}`,
  maximum: (limit) => `be at most ${limit}`,
  exclusiveMinimum: (limit) => `be more than ${limit}`,
  exclusiveMaximum: (limit) => `be less than ${limit}`,
  minLength: (limit) => (limit === 1 ? "not be empty" : `be at least ${limit} characters long`),
  maxLength: (limit) => `be at most ${limit} characters long`,
  minItems: (limit) => (limit === 1 ? "not be empty" : `have at least ${limit} entries`),
  maxItems: (limit) => `have at most ${limit} entries`,
  minProperties: (limit) => (limit === 1 ? "not be empty" : `have at least ${limit} keys`),
  maxProperties: (limit) => `have at most ${limit} keys`,
};

function limitText({ keyword, params, message }: ErrorObject): string {
  const bound = bounds[keyword];
  if (bound !== undefined) return `must ${bound(Number(params["limit"]))}`;
  if (keyword !== "pattern") return message ?? `does not satisfy "${keyword}"`;
  const pattern = String(params["pattern"]);
  return `must ${patternTexts[pattern] ?? `match ${pattern}`}`;
}
