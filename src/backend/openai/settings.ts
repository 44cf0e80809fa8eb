import type { BackendTarget } from "../../core/backend.ts";
import { isJsonObject, type JsonObject } from "../../core/json.ts";
import { TRANSPORT_SCHEMA } from "../http/options.ts";
import { readOptions } from "../options.ts";

export const SCHEMA = {
  type: "object",
  additionalProperties: false,
  properties: {
    model: { type: "string", minLength: 1, description: "Name the server knows the model by" },
    api: { enum: ["chat", "completions"], default: "chat", description: "Which endpoint: messages, or plain text" },
    system: { type: "string", description: "System message, for chat" },
    stream: { type: "boolean", default: false, description: "Answers token by token, so that first tokens are timed" },
    n: { type: "boolean", default: false, description: "Ask for a sample's repeats in one request" },
    load_adapters: { type: "boolean", default: false, description: "Have the server load checkpoints' LoRA adapters" },
    max_tokens_field: { type: "string", default: "max_tokens", description: "Some servers want max_completion_tokens" },
    body: { type: "object", description: "Further fields of every request; they replace those of the same name" },
    omit: { type: "array", items: { type: "string" }, description: "Fields a server does not accept, such as seed" },
    ...TRANSPORT_SCHEMA,
  },
} as const;

export interface Settings {
  /** Name of the model; undefined lets the server choose. */
  readonly model: string | undefined;
  readonly isChat: boolean;
  readonly system: string | undefined;
  readonly streams: boolean;
  readonly asksRepeatsAtOnce: boolean;
  readonly loadsAdapters: boolean;
  readonly maxTokensField: string;
  readonly extra: JsonObject;
  readonly omit: ReadonlySet<string>;
}

export function isChat(options: BackendTarget["options"]): boolean {
  return options["api"] !== "completions";
}

export function readSettings(target: BackendTarget): Settings {
  const read = readOptions(target.options);
  const { body, omit } = target.options;
  return {
    model: target.modelName ?? read.string("model"),
    isChat: isChat(target.options),
    system: read.string("system"),
    streams: read.boolean("stream") ?? false,
    asksRepeatsAtOnce: read.boolean("n") ?? false,
    loadsAdapters: read.boolean("load_adapters") ?? false,
    maxTokensField: read.string("max_tokens_field") ?? "max_tokens",
    extra: isJsonObject(body) ? body : {},
    omit: new Set(Array.isArray(omit) ? (omit as readonly unknown[]).map(String) : []),
  };
}
