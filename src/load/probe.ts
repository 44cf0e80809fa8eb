import type { Pool } from "undici";

import { EvalhError } from "../core/errors.ts";
import { isJsonObject } from "../core/json.ts";
import { createLoadClient } from "./client.ts";
import type { FlightFacts } from "./flight.ts";
import { request } from "../backend/http/pool.ts";
import { requestWriter, type LoadApi, type LoadTarget } from "./target.ts";

export interface ProbeOptions {
  readonly pool: Pool;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly redact: (text: string) => string;
  readonly timeout: number;
  readonly api: LoadApi | null;
  readonly model: string | null;
  readonly streams: boolean;
  readonly maxTokens: number;
  readonly promptField: string | null;
  readonly extra: LoadTarget["extra"];
  readonly signal: AbortSignal;
}

/** What a look at the server found. */
export interface Probed {
  readonly target: LoadTarget;
  /** Prompt tokens of one word and of what the server adds; null where it does not count. */
  readonly counts: { readonly perWord: number; readonly fixed: number } | null;
  readonly notes: readonly string[];
}

/** A server that lists no models in this time is asked without. */
const LOOK_MS = 5000;
const FEW_WORDS = 16;
const MANY_WORDS = 64;

/**
 * Asks the server a few times before anything is measured: which API and model there is, which fields it takes, whether
 * it streams, and how it counts tokens.
 * @throws EvalhError E_BACKEND with what the server said
 */
export async function probe(options: ProbeOptions): Promise<Probed> {
  const notes: string[] = [];
  const { base, api } = await readUrl(options);
  const model = api === "generate" ? options.model : (options.model ?? (await firstModel(options, base)));
  const variants = targetVariants(options, { base, api, model });
  let failure = "";
  for (const target of variants) {
    const facts = await askOnce(options, target, FEW_WORDS);
    if (facts.failure !== null) {
      const { kind, example } = facts.failure;
      failure ||= kind.startsWith("HTTP") && example !== "" ? `${kind}: ${example}` : kind;
      if (!/^HTTP 4(?:00|04|05|22)$/.test(facts.failure.kind)) break;
      continue;
    }
    const streams = facts.chunks > 0;
    if (target.streams && !streams) notes.push("the server does not stream: only whole answers are timed");
    if (target.api !== "generate" && options.maxTokens > 1 && !target.ignoresEnd) {
      notes.push("the server cannot be told to go on to the token limit: answers may be shorter");
    }
    const found = { ...target, streams };
    return { target: found, counts: await countTokens(options, found, facts), notes };
  }
  throw new EvalhError("E_BACKEND", options.redact(`${options.url.origin}${base}: ${failure}`), {
    hint: "check the address (most end in /v1), the model's name with --model, and --api chat, completions or generate",
  });
}

/** The path that the API's paths begin with, and the API that the URL names; "/v1" is tried where it has no path. */
async function readUrl({
  url,
  api,
  pool,
  headers,
  signal,
}: ProbeOptions): Promise<{ base: string; api: LoadApi | null }> {
  const path = url.pathname.replace(/\/+$/, "");
  const [, base = path, ending] = /^(.*?)\/(chat\/completions|completions)$/.exec(path) ?? [];
  if (api === "generate") return { base: path + url.search, api };
  if (ending !== undefined) return { base, api: ending === "completions" ? "completions" : "chat" };
  if (/\/(?:generate|predict|invoke)$/.test(path) && api === null) return { base: path + url.search, api: "generate" };
  if (path !== "") return { base: path, api };
  const answer = await get(pool, { path: "/v1/models", headers, signal });
  return { base: answer === null ? "" : "/v1", api };
}

async function firstModel({ pool, headers, signal }: ProbeOptions, base: string): Promise<string | null> {
  const answer = await get(pool, { path: `${base}/models`, headers, signal });
  const list = isJsonObject(answer) ? answer["data"] : undefined;
  const first: unknown = Array.isArray(list) ? list[0] : undefined;
  return isJsonObject(first) && typeof first["id"] === "string" ? first["id"] : null;
}

/** The JSON of an answer with a status of success; null otherwise. A server that is not there shows at the first question. */
async function get(
  pool: Pool,
  message: { readonly path: string; readonly headers: Readonly<Record<string, string>>; readonly signal: AbortSignal },
): Promise<unknown> {
  try {
    const signal = AbortSignal.any([message.signal, AbortSignal.timeout(LOOK_MS)]);
    const { statusCode, body } = await request(pool, { ...message, signal, method: "GET" });
    const text = await body.text();
    return statusCode === 200 ? (JSON.parse(text) as unknown) : null;
  } catch (error) {
    if (message.signal.aborted) throw error;
    return null;
  }
}

/** The ways to ask, the one that measures best first: servers refuse fields they do not know. */
function targetVariants(
  { url, streams, maxTokens, promptField, extra }: ProbeOptions,
  { base, api, model }: { readonly base: string; readonly api: LoadApi | null; readonly model: string | null },
): LoadTarget[] {
  const common = { origin: url.origin, model, maxTokens, extra, promptField: promptField ?? "prompt" };
  if (api === "generate") {
    const plain = { ...common, path: base, api, streams: false, ignoresEnd: false, countsUsage: false } as const;
    const names = promptField === null ? ["prompt", "inputs", "text"] : [promptField];
    return [
      { ...plain, promptIn: "json" },
      { ...plain, promptIn: "query" },
      ...names.slice(1).map((name): LoadTarget => ({ ...plain, promptIn: "json", promptField: name })),
    ];
  }
  const apis: readonly ("chat" | "completions")[] = api === null ? ["chat", "completions"] : [api];
  return apis.flatMap((each) => {
    const path = `${base}${each === "chat" ? "/chat/completions" : "/completions"}`;
    const asked = { ...common, path, api: each, promptIn: "json", streams } as const;
    return [
      { ...asked, ignoresEnd: true, countsUsage: true },
      { ...asked, ignoresEnd: false, countsUsage: true },
      { ...asked, ignoresEnd: false, countsUsage: false },
    ];
  });
}

async function askOnce(options: ProbeOptions, target: LoadTarget, words: number): Promise<FlightFacts> {
  const { pool, headers, timeout, redact, signal } = options;
  using client = createLoadClient(pool, { headers, timeout, redact });
  const stop = (): void => client.cutOff();
  signal.addEventListener("abort", stop, { once: true });
  const write = requestWriter({ ...target, maxTokens: Math.min(4, target.maxTokens) });
  const facts = await new Promise<FlightFacts>((done) =>
    client.send(write(sampleText(words)), performance.now(), (each) => done({ ...each })),
  );
  signal.removeEventListener("abort", stop);
  signal.throwIfAborted();
  return facts;
}

function sampleText(words: number): string {
  return Array.from({ length: words }, () => "time").join(" ");
}

/** Two prompts of different lengths tell what a word costs and what the server adds, such as a chat template. */
async function countTokens(options: ProbeOptions, target: LoadTarget, few: FlightFacts): Promise<Probed["counts"]> {
  if (Number.isNaN(few.promptTokens)) return null;
  const many = await askOnce(options, target, MANY_WORDS);
  const perWord = (many.promptTokens - few.promptTokens) / (MANY_WORDS - FEW_WORDS);
  if (!(perWord > 0)) return null;
  return { perWord, fixed: few.promptTokens - perWord * FEW_WORDS };
}
