import { isJsonObject } from "../../core/json.ts";
import { UnusableAnswerError } from "../http/failure.ts";

/** Where servers written after the usual tutorials put the text, the most telling name first. */
const USUAL = [
  "response",
  "generated_text",
  "text",
  "content",
  "completion",
  "output",
  "result",
  "answer",
  "outputs",
  "choices",
  "predictions",
];
const DEEPEST = 4;

function at(json: unknown, path: readonly string[]): unknown {
  let value: unknown = json;
  for (const name of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

/** The likeliest label of a classifier: `[{"label": "joy", "score": 0.9}, …]`. */
function bestLabel(list: readonly unknown[]): string | undefined {
  const rated = list.filter(isJsonObject).flatMap(({ label, score }) => {
    return typeof label === "string" && typeof score === "number" ? [{ label, score }] : [];
  });
  return rated.toSorted((a, b) => b.score - a.score)[0]?.label;
}

/**
 * The text in an answer of unknown shape: a string, the first element of a list, a classifier's likeliest label, bytes in
 * base64 as TensorFlow Serving sends them, or a field of a usual name.
 */
function usualText(json: unknown, depth = 0): string | undefined {
  if (typeof json === "string") return json;
  if (depth > DEEPEST || typeof json !== "object" || json === null) return undefined;
  if (Array.isArray(json)) return bestLabel(json) ?? usualText(json[0], depth + 1);
  const { b64, label } = json as { readonly b64?: unknown; readonly label?: unknown };
  if (typeof b64 === "string") return Buffer.from(b64, "base64").toString("utf8");
  for (const name of USUAL) {
    const text = usualText(at(json, [name]), depth + 1);
    if (text !== undefined) return text;
  }
  return typeof label === "string" ? label : undefined;
}

/**
 * The text of an answer.
 *
 * @param path names and positions that lead to it; the usual places without
 * @throws UnusableAnswerError if it is not there
 */
export function readText(json: unknown, path: readonly string[] | undefined): string {
  const found = path === undefined ? usualText(json) : at(json, path);
  if (typeof found === "string") return found;
  const shape = isJsonObject(json) ? `fields ${Object.keys(json).slice(0, 8).join(", ")}` : "no object";
  const place = path === undefined ? "" : ` at ${path.join(".")}`;
  throw new UnusableAnswerError(`the answer has no text${place} (${shape}); name its place with the option response`);
}

/**
 * The list that holds one entry for each of the prompts.
 *
 * @throws UnusableAnswerError if it is not there, or not as long
 */
export function readList(json: unknown, path: readonly string[], count: number): readonly unknown[] {
  const list = at(json, path);
  const place = path.length === 0 ? "" : ` at ${path.join(".")}`;
  if (!Array.isArray(list)) throw new UnusableAnswerError(`the answer has no list${place}`);
  if (list.length === count) return list as readonly unknown[];
  throw new UnusableAnswerError(`the answer has ${list.length} entries${place} for ${count} prompts`);
}
