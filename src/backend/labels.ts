import { isJsonObject, type JsonObject } from "../core/json.ts";

/** The names of a classifier's labels, in the order of its logits, as its config.json has them; empty without any. */
export function labelNames(config: JsonObject): readonly string[] {
  const named = config["id2label"];
  if (!isJsonObject(named)) return [];
  const entries = Object.entries(named).sort(([a], [b]) => Number(a) - Number(b));
  return entries.map(([, name]) => (typeof name === "string" ? name : ""));
}

/**
 * Places of choices among a model's labels: by name, or by place where labels were given no names. A text says why that
 * cannot be.
 */
export function labelPlaces(names: readonly string[], continuations: readonly string[]): readonly number[] | string {
  const wanted = continuations.map((text) => text.trim().toLowerCase());
  const known = new Map(names.map((name, place) => [name.trim().toLowerCase(), place]));
  const places = wanted.map((name) => known.get(name));
  if (places.every((place) => place !== undefined)) return places;
  const areNameless = names.every((name) => /^LABEL_\d+$/.test(name));
  if (areNameless && wanted.length === names.length) return wanted.map((_, place) => place);
  const missing = continuations[places.indexOf(undefined)]?.trim() ?? "";
  return `the model has no label '${missing}'; it has ${names.slice(0, 20).join(", ")}`;
}
