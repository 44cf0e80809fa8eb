import type { BackendTarget } from "../../core/backend.ts";
import { EvalhError } from "../../core/errors.ts";
import { isJsonObject } from "../../core/json.ts";
import { readOptions } from "../options.ts";
import type { TransportOptions } from "./transport.ts";

/** Most requests under way where their number is found out. */
const MOST_ADAPTED = 256;

/** Options that every backend over HTTP takes. */
export const TRANSPORT_SCHEMA = {
  concurrency: {
    type: "integer",
    minimum: 1,
    maximum: 4096,
    description: "Requests under way at a time; found out by default, as throughput and refusals show",
  },
  api_key_env: {
    type: "string",
    pattern: "^[A-Za-z_][A-Za-z0-9_]*$",
    description: "Name of the environment variable that holds the key; never the key itself",
  },
  api_key_header: { type: "string", default: "authorization", description: "Header of the key, for example api-key" },
  headers: { type: "object", additionalProperties: { type: "string" }, description: "Further headers" },
  timeout: { type: "number", exclusiveMinimum: 0, default: 300, description: "Seconds a whole answer may take" },
  headers_timeout: { type: "number", exclusiveMinimum: 0, description: "Seconds until an answer begins; as timeout" },
  idle_timeout: { type: "number", exclusiveMinimum: 0, default: 60, description: "Seconds of silence in an answer" },
  ready_timeout: {
    type: "number",
    minimum: 0,
    description: "Seconds to wait for the server; by default 600 if it is loading, 0 if nothing listens",
  },
  connect_timeout: { type: "number", exclusiveMinimum: 0, default: 10, description: "Seconds a connection may take" },
  allow_metadata_address: { type: "boolean", default: false, description: "Allow addresses like 169.254.169.254" },
} as const;

function readHeaders(value: unknown): Record<string, string> {
  if (!isJsonObject(value)) return {};
  const texts = Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string");
  return Object.fromEntries(texts.map(([name, text]) => [name.toLowerCase(), text]));
}

/** A key must be there before the first request, or every one would be refused. */
function checkKey(target: BackendTarget, name: string): void {
  if (target.secret?.(name) !== undefined) return;
  throw new EvalhError("E_BACKEND", `the environment variable ${name}, which api_key_env names, is not set`, {
    hint: `Set it before the run: \`export ${name}=…\`.`,
  });
}

/** Requests under way at a time as the user or the suite wants it; null where that is to be found out. */
function fixedConcurrency(target: BackendTarget): number | null {
  return target.concurrency ?? readOptions(target.options).number("concurrency") ?? null;
}

/** Calls to take at a time: the transport lets fewer of them out where it finds out how many are best. */
export function callsAtOnce(target: BackendTarget): number {
  return fixedConcurrency(target) ?? MOST_ADAPTED;
}

/**
 * Makes transport options of a target's URL and options.
 *
 * @throws EvalhError E_BACKEND when the named key is not set
 */
export function readTransportOptions(target: BackendTarget): TransportOptions {
  const read = readOptions(target.options);
  const keyName = read.string("api_key_env");
  if (keyName !== undefined) checkKey(target, keyName);
  const timeout = (read.number("timeout") ?? 300) * 1000;
  const { onNotice } = target;
  return {
    baseUrl: target.path,
    headers: readHeaders(target.options["headers"]),
    secret: () => (keyName === undefined ? undefined : target.secret?.(keyName)),
    secretHeader: (read.string("api_key_header") ?? "authorization").toLowerCase(),
    timeout,
    headersTimeout: Math.min(timeout, (read.number("headers_timeout") ?? Infinity) * 1000),
    idleTimeout: Math.min(timeout, (read.number("idle_timeout") ?? 60) * 1000),
    connectTimeout: (read.number("connect_timeout") ?? 10) * 1000,
    allowMetadataAddress: read.boolean("allow_metadata_address") ?? false,
    adaptUpTo: fixedConcurrency(target) === null ? MOST_ADAPTED : null,
    ...(onNotice === undefined ? {} : { onNotice: (message: string) => onNotice({ kind: "warning", message }) }),
  };
}
