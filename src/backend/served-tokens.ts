import type { BackendTarget } from "../core/backend.ts";
import { isJsonObject, type JsonObject } from "../core/json.ts";
import { readTransportOptions } from "./http/options.ts";
import { openTransport, type Transport } from "./http/transport.ts";
import { isChat } from "./openai/settings.ts";
import { readOptions } from "./options.ts";
import type { PromptToken } from "./prompt-codec.ts";

/** A prompt as a server turns it into tokens. */
export interface ServedTokens {
  /** The text as it is tokenised; null where the server does not show what its chat template makes. */
  readonly rendered: string | null;
  readonly tokens: readonly PromptToken[];
  /** Most tokens of prompt and answer together; null where the server does not say. */
  readonly window: number | null;
}

export interface TokenAsker extends AsyncDisposable {
  /** Null from servers that have no such call. */
  ask(prompt: string, signal: AbortSignal): Promise<ServedTokens | null>;
}

/**
 * Asks a server for the tokens of prompts: POST /tokenize of vLLM and SGLang, of llama.cpp (with /apply-template for
 * chats) or of TGI. The server does what it would do with a request, its chat template included.
 * @throws EvalhError E_BACKEND for a URL or a key that cannot be used
 */
export async function openTokenAsker(target: BackendTarget): Promise<TokenAsker> {
  const transport = await openTransport(readTransportOptions(target));
  const model = readOptions(target.options).string("model") ?? target.modelName;
  const system = readOptions(target.options).string("system");
  const chat = isChat(target.options);
  return {
    async ask(prompt, signal) {
      const opening = system === undefined ? [] : [{ role: "system", content: system }];
      const messages = [...opening, { role: "user", content: prompt }];
      return (
        (await askLlamaCpp(transport, { prompt, messages: chat ? messages : null, signal })) ??
        (await askOthers(transport, { prompt, messages: chat ? messages : null, model, signal }))
      );
    },
    [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose](),
  };
}

interface Question {
  readonly prompt: string;
  /** Null where the prompt is sent as it is. */
  readonly messages: readonly JsonObject[] | null;
  readonly signal: AbortSignal;
}

async function post(transport: Transport, path: string, body: JsonObject, signal: AbortSignal): Promise<unknown> {
  const found = await transport.look({ path, body, isFromRoot: true }, signal);
  return found.kind === "answer" && found.answer.status === 200 ? found.json : null;
}

/** llama.cpp's names are its own: another server refuses a question without `prompt`, or gives no pieces. */
async function askLlamaCpp(transport: Transport, { prompt, messages, signal }: Question): Promise<ServedTokens | null> {
  let rendered: string | null = prompt;
  if (messages !== null) {
    const answer = await post(transport, "/apply-template", { messages: [...messages] }, signal);
    rendered = isJsonObject(answer) && typeof answer["prompt"] === "string" ? answer["prompt"] : null;
    if (rendered === null) return null;
  }
  const question = { content: rendered, add_special: true, parse_special: true, with_pieces: true };
  const answer = await post(transport, "/tokenize", question, signal);
  const list: unknown = isJsonObject(answer) ? answer["tokens"] : null;
  if (!Array.isArray(list) || !list.every(isJsonObject)) return null;
  const tokens = list.flatMap(({ id, piece }) =>
    typeof id === "number" ? [tokenOf(id, typeof piece === "string" ? piece : "?")] : [],
  );
  return { rendered, tokens, window: null };
}

async function askOthers(
  transport: Transport,
  { prompt, messages, model, signal }: Question & { readonly model: string | undefined },
): Promise<ServedTokens | null> {
  const what: JsonObject = messages === null ? { prompt } : { messages: [...messages], add_generation_prompt: true };
  const named = model === undefined ? {} : { model };
  const answer =
    (await post(transport, "/tokenize", { ...named, ...what, return_token_strs: true }, signal)) ??
    (messages === null ? await post(transport, "/tokenize", { inputs: prompt }, signal) : null);
  if (Array.isArray(answer)) {
    // TGI: a list of {id, text}.
    const tokens = (answer as readonly unknown[])
      .filter(isJsonObject)
      .flatMap(({ id, text }) => (typeof id === "number" ? [tokenOf(id, typeof text === "string" ? text : "?")] : []));
    return { rendered: prompt, tokens, window: null };
  }
  if (!isJsonObject(answer) || !Array.isArray(answer["tokens"])) return null;
  const pieces: readonly unknown[] = Array.isArray(answer["token_strs"]) ? answer["token_strs"] : [];
  const tokens = answer["tokens"].flatMap((id, index) =>
    typeof id === "number" ? [tokenOf(id, typeof pieces[index] === "string" ? pieces[index] : "?")] : [],
  );
  const window = typeof answer["max_model_len"] === "number" ? answer["max_model_len"] : null;
  return { rendered: messages === null ? prompt : null, tokens, window };
}

/** Servers do not say which tokens are special; those that are named like it are. */
function tokenOf(id: number, piece: string): PromptToken {
  return { id, piece, isSpecial: /^(?:<[^<>\s]+>|\[[A-Z]+\])$/.test(piece) };
}
