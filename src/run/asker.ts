import { createHash } from "node:crypto";

import pLimit from "p-limit";

import type { Backend, GenerateOptions } from "../core/backend.ts";
import type { Completion } from "../core/completion.ts";
import { EvalhError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import type { Asker, Question } from "../core/judge.ts";
import { hashSeed } from "../stats/hash-seed.ts";
import type { ReplyCache } from "./reply-cache.ts";

export interface AskerOptions {
  /** Name of the model, for messages. */
  readonly name: string;
  /** Everything that decides what the model replies to a prompt. */
  readonly identity: string;
  readonly signal: AbortSignal;
  readonly cache: Pick<ReplyCache, "get" | "put"> | null;
}

/**
 * A model that judges, over its backend: greedy, as many questions at a time as the backend likes, none asked twice.
 * Only usable replies are kept, so that an outage or a broken verdict can be mended by judging again.
 */
export function askerOf(backend: Backend, { name, identity, signal, cache }: AskerOptions): Asker {
  const limit = pLimit(backend.concurrency);
  const inFlight = new Map<string, Promise<Completion>>();
  const optionsOf = generateOptions();
  let broken: EvalhError | null = null;
  const generate = async (question: Question): Promise<Completion> => {
    // What cannot go on need not be asked again and again: a wrong key, a server that is gone.
    if (broken !== null) throw broken;
    const request = { index: 0, prompt: question.prompt, seed: hashSeed(identity, question.prompt) };
    let reason = "";
    try {
      for await (const outcome of backend.generate([request], optionsOf(question), signal)) {
        if (outcome.kind === "done") return outcome.value;
        reason = `: ${outcome.error.message}`;
      }
    } catch (error) {
      if (error instanceof EvalhError) broken = error;
      throw error;
    }
    throw new EvalhError("E_JUDGE", `${name} did not reply${reason}`);
  };
  const askAnew = async (key: string, question: Question): Promise<Completion> => {
    const kept = await cache?.get(key);
    if (kept != null) return kept;
    const { text, finish, tokens } = await limit(() => generate(question));
    // Timings are left out: the same question must give the same record every time.
    const reply: Completion = tokens === undefined ? { text, finish } : { text, finish, tokens };
    if (question.isUsable(text)) await cache?.put(key, reply);
    return reply;
  };
  return {
    ask(question) {
      const key = keyOf(identity, question);
      const running = inFlight.get(key);
      if (running !== undefined) return running;
      const asked = askAnew(key, question).finally(() => inFlight.delete(key));
      inFlight.set(key, asked);
      return asked;
    },
  };
}

/** One options object for each schema: backends turn it into JSON once. */
function generateOptions(): (question: Question) => GenerateOptions {
  const known = new WeakMap<JsonObject, GenerateOptions>();
  return ({ schema, maxTokens }) => {
    const options = known.get(schema);
    if (options?.maxTokens === maxTokens) return options;
    const made = { maxTokens, temperature: 0, topP: 1, topK: 0, stop: [], logprobs: false, schema };
    known.set(schema, made);
    return made;
  };
}

function keyOf(identity: string, { prompt, schema, maxTokens }: Question): string {
  const content = JSON.stringify([identity, prompt, schema, maxTokens]);
  return createHash("sha256").update(content).digest("base64url");
}
