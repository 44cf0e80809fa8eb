import type { JsonObject } from "../core/json.ts";
import type { Outgoing } from "./client.ts";

export type LoadApi = "chat" | "completions" | "generate";

/** What is asked and how, once the server has been looked at. */
export interface LoadTarget {
  readonly origin: string;
  /** Path that prompts are posted to. */
  readonly path: string;
  readonly api: LoadApi;
  readonly model: string | null;
  readonly streams: boolean;
  /** Asks for exactly as many tokens as are allowed, where the server can. */
  readonly ignoresEnd: boolean;
  /** Asks for counts of tokens at the end of a stream. */
  readonly countsUsage: boolean;
  /** Where a server of one's own takes the prompt. */
  readonly promptIn: "json" | "query";
  readonly promptField: string;
  readonly maxTokens: number;
  /** Further fields of every request. */
  readonly extra: JsonObject;
}

/** Turns prompts into requests; all but the prompt is turned into JSON once. */
export function requestWriter(target: LoadTarget): (prompt: string) => Outgoing {
  const { api, extra, path, promptField, promptIn } = target;
  if (promptIn === "query") {
    const start = path.includes("?") ? "&" : "?";
    return (prompt) => ({
      path: `${path}${start}${new URLSearchParams({ [promptField]: prompt }).toString()}`,
      body: Object.keys(extra).length === 0 ? "" : JSON.stringify(extra),
    });
  }
  const fields = JSON.stringify({ ...(api === "generate" ? {} : openaiFields(target)), ...extra }).slice(0, -1);
  const start = fields === "{" ? "{" : `${fields},`;
  const bodyOf =
    api === "chat"
      ? (text: string): string => `${start}"messages":[{"role":"user","content":${text}}]}`
      : (text: string): string => `${start}${JSON.stringify(api === "completions" ? "prompt" : promptField)}:${text}}`;
  return (prompt) => ({ path, body: bodyOf(JSON.stringify(prompt)) });
}

function openaiFields({ model, maxTokens, streams, countsUsage, ignoresEnd }: LoadTarget): JsonObject {
  return {
    ...(model === null ? {} : { model }),
    max_tokens: maxTokens,
    temperature: 0,
    stream: streams,
    ...(streams && countsUsage ? { stream_options: { include_usage: true } } : {}),
    ...(ignoresEnd ? { ignore_eos: true, min_tokens: maxTokens } : {}),
  };
}
