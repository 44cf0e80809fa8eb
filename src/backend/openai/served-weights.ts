import { isJsonObject, type JsonObject } from "../../core/json.ts";
import type { Transport } from "../http/transport.ts";
import type { Recognised } from "./recognise.ts";

/** Members of a listed model that differ from one look to the next, or say who may use it. */
const BY_THE_WAY = new Set(["created", "permission", "loaded", "status"]);

/**
 * Whatever a server tells of the weights it serves under a name, as one line: its entry in /v1/models (a path, a size),
 * TGI's revision, SGLang's weight version, Ollama's digest. Servers mostly tell little: two checkpoints under one path
 * look alike, which is why answers of served models are kept only when the user says so.
 */
export async function servedWeights(
  transport: Transport,
  { profile, facts, entries }: Pick<Recognised, "profile" | "facts" | "entries">,
  { model, signal }: { readonly model: string | undefined; readonly signal: AbortSignal },
): Promise<string> {
  const entry = entries.find(({ id }) => id === model) ?? (entries.length === 1 ? entries[0] : undefined);
  const told = Object.entries(entry ?? {}).filter(([name]) => !BY_THE_WAY.has(name));
  const digest = profile?.name === "Ollama" ? await ollamaDigest(transport, model, signal) : null;
  return JSON.stringify([Object.fromEntries(told), facts.weights ?? null, digest]);
}

async function ollamaDigest(
  transport: Transport,
  model: string | undefined,
  signal: AbortSignal,
): Promise<string | null> {
  const found = await transport.look({ path: "/api/tags", isFromRoot: true }, signal);
  const list = found.kind === "answer" && isJsonObject(found.json) ? found.json["models"] : undefined;
  const models: readonly JsonObject[] = Array.isArray(list) ? list.filter(isJsonObject) : [];
  const entry = models.find(({ name }) => name === model || name === `${model}:latest`);
  return typeof entry?.["digest"] === "string" ? entry["digest"] : null;
}
