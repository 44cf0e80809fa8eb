import { afterEach } from "vitest";
import { backends } from "../../src/backend/index.ts";
import type { Backend, BackendTarget, GenerateOptions, Outcome } from "../../src/core/backend.ts";
import type { EvalhError } from "../../src/core/errors.ts";
import { startOpenai } from "../fixtures/servers/openai.ts";
import type { Behaviour, Received, ScriptedServer } from "../fixtures/servers/scripted.ts";

export const OPTIONS: GenerateOptions = { maxTokens: 9, temperature: 0, topP: 1, topK: 0, stop: [], logprobs: false };
const signal = new AbortController().signal;
const stack: AsyncDisposable[] = [];

export async function serve(
  look: (request: Received) => Behaviour | undefined,
  script?: (request: Received) => Behaviour | undefined,
): Promise<ScriptedServer> {
  const server = await startOpenai(script, 0, { look });
  stack.push(server);
  return server;
}

export async function open(server: ScriptedServer, target: Partial<BackendTarget> = {}): Promise<Backend> {
  const module = await backends.openai();
  const backend = await module.create({ path: `${server.origin}/v1`, options: {}, ...target }, signal);
  stack.push(backend);
  return backend;
}

export async function ask(backend: Backend, prompt: string, options = OPTIONS, repeats = 1) {
  const requests = Array.from({ length: repeats }, (_, index) => ({ index, prompt, seed: 5 + index }));
  const found: Outcome<unknown>[] = [];
  for await (const outcome of backend.generate(requests, options, signal)) found[outcome.index] = outcome;
  return found;
}

export function bodies(server: ScriptedServer): readonly Record<string, unknown>[] {
  return server.received.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
}

export async function refusal(opened: Promise<unknown>): Promise<EvalhError> {
  return (await opened.then(
    () => new Error("nothing was refused"),
    (error: unknown) => error,
  )) as EvalhError;
}

afterEach(async () => {
  for (const item of stack.splice(0).reverse()) await item[Symbol.asyncDispose]();
});
