import { isJsonObject, type JsonObject } from "../../core/json.ts";
import type { Look } from "../http/look.ts";
import type { Transport } from "../http/transport.ts";
import { SERVERS, type ServerFacts, type ServerProfile } from "./servers.ts";

/** A model that a server lists. */
export interface ListedModel {
  readonly id: string;
  /** The model that a LoRA adapter belongs to; null for a model of its own. */
  readonly parent: string | null;
  readonly contextLength: number | null;
}

/** What a server is, as far as it shows. */
export interface Recognised {
  readonly profile: ServerProfile | null;
  readonly facts: ServerFacts;
  /** Empty where it lists none. */
  readonly models: readonly ListedModel[];
  /** The same as the server writes them. */
  readonly entries: readonly JsonObject[];
}

/** Milliseconds: what a server is must not hold up what it is asked. */
const TIMEOUT = 5000;

function entriesOf(listing: Look): readonly JsonObject[] {
  const data = listing.kind === "answer" && isJsonObject(listing.json) ? listing.json["data"] : undefined;
  return (Array.isArray(data) ? (data as readonly unknown[]) : []).filter(isJsonObject);
}

function modelOf(entry: JsonObject): ListedModel | null {
  const { id, parent, max_model_len: length } = entry as Readonly<Record<string, unknown>>;
  if (typeof id !== "string") return null;
  return {
    id,
    parent: typeof parent === "string" ? parent : null,
    contextLength: typeof length === "number" ? length : null,
  };
}

async function factsOf(transport: Transport, profile: ServerProfile, signal: AbortSignal): Promise<ServerFacts | null> {
  const found = await transport.look({ path: profile.call, isFromRoot: true, timeout: TIMEOUT }, signal);
  if (found.kind !== "answer" || found.answer.status !== 200 || !isJsonObject(found.json)) return null;
  return profile.read(found.json);
}

/**
 * Tells which server answers: by `owned_by` of its models or its Server header, otherwise by the first call of its own
 * that is answered as only it would.
 *
 * @param listing the answer to GET /models
 */
export async function recognise(transport: Transport, listing: Look, signal: AbortSignal): Promise<Recognised> {
  const entries = entriesOf(listing);
  const models = entries.map(modelOf).filter((model) => model !== null);
  const owners = new Set(entries.map(({ owned_by: owner }) => owner));
  const header = listing.kind === "answer" ? (listing.answer.server ?? "") : "";
  const named = SERVERS.find(
    (each) =>
      (each.owner !== undefined && owners.has(each.owner)) ||
      (each.header !== undefined && header.startsWith(each.header)),
  );
  if (named !== undefined) {
    return { profile: named, facts: (await factsOf(transport, named, signal)) ?? {}, models, entries };
  }
  const answers = await Promise.all(
    SERVERS.map(async (profile) => ({ profile, facts: await factsOf(transport, profile, signal) })),
  );
  const found = answers.find(({ facts }) => facts !== null);
  return { profile: found?.profile ?? null, facts: found?.facts ?? {}, models, entries };
}

/** The server in words, for example "vLLM 0.10.1"; null where it is not known. */
export function serverName({ profile, facts }: Recognised): string | null {
  if (profile === null) return null;
  return facts.version === undefined ? profile.name : `${profile.name} ${facts.version}`;
}

/** What is known of a server, for people. */
export function describeServer({ profile, facts, models }: Recognised): readonly (readonly [string, string])[] {
  const own = models.filter(({ parent }) => parent === null).map(({ id }) => id);
  const adapters = models.filter(({ parent }) => parent !== null).map(({ id, parent }) => `${id} on ${parent}`);
  const length = facts.contextLength ?? models.find(({ contextLength }) => contextLength !== null)?.contextLength;
  const ignored = profile?.ignores ?? [];
  return [
    ...(own.length === 0 ? [] : [["models", own.join(", ")] as const]),
    ...(adapters.length === 0 ? [] : [["LoRA adapters", adapters.join(", ")] as const]),
    ...(length === undefined || length === null ? [] : [["context window", `${length} tokens`] as const]),
    ...(facts.slots === undefined ? [] : [["requests at a time", String(facts.slots)] as const]),
    ...(ignored.length === 0 ? [] : [["settings it drops", ignored.join(", ")] as const]),
  ];
}
