import { afterEach, expect } from "vitest";
import { setTimeout } from "node:timers/promises";
import type { Clock } from "../../../src/backend/http/clock.ts";
import { UnusableAnswerError } from "../../../src/backend/http/failure.ts";
import type { Reply } from "../../../src/backend/http/attempt.ts";
import { openTransport, type Transport, type TransportOptions } from "../../../src/backend/http/transport.ts";
import { EvalhError } from "../../../src/core/errors.ts";
import { startScripted, type Behaviour, type Received, type ScriptedServer } from "../../fixtures/servers/scripted.ts";

export const KEY = "sk-canary-5f2c";
export const OK: Behaviour = { do: "answer", json: { word: "fine" } };
export const signal = new AbortController().signal;
export const stack: AsyncDisposable[] = [];

/**
 * A clock that jumps to the next sleeper's waking as soon as the network has had a moment, so that minutes of waiting
 * take milliseconds and sleepers wake in order.
 */
export function fastClock(): Clock & { readonly waits: number[] } {
  const waits: number[] = [];
  const sleepers: { readonly at: number; readonly wake: () => void }[] = [];
  let now = 0;
  const jump = (): void => {
    sleepers.sort((a, b) => a.at - b.at);
    const first = sleepers.shift();
    if (first === undefined) return;
    now = Math.max(now, first.at);
    first.wake();
  };
  return {
    waits,
    now: () => now,
    wall: () => Date.parse("2026-03-02T12:00:00Z"),
    random: () => 0.5,
    sleep(ms) {
      waits.push(ms);
      return new Promise((wake) => {
        sleepers.push({ at: now + ms, wake });
        void setTimeout(2).then(jump);
      });
    },
  };
}

export async function open(baseUrl: string, options: Partial<TransportOptions> = {}): Promise<Transport> {
  const timeout = options.timeout ?? 5000;
  const transport = await openTransport({
    baseUrl,
    headers: {},
    secret: () => KEY,
    secretHeader: "authorization",
    timeout,
    headersTimeout: timeout,
    idleTimeout: timeout,
    connectTimeout: 1000,
    allowMetadataAddress: false,
    adaptUpTo: null,
    clock: fastClock(),
    ...options,
  });
  stack.push(transport);
  return transport;
}

export async function serve(script: (request: Received) => Behaviour): Promise<ScriptedServer> {
  const server = await startScripted(script);
  stack.push(server);
  return server;
}

export function read(json: unknown): string {
  const { word } = json as { word?: unknown };
  if (typeof word !== "string") throw new UnusableAnswerError("no word");
  return word;
}

export function ask(transport: Transport, path = "/say", on = signal): Promise<Reply<string>> {
  return transport.post({ path, body: '{"a":1}', read }, on);
}

export async function refusal(asked: Promise<unknown>): Promise<EvalhError> {
  const error: unknown = await asked.catch((error: unknown) => error);
  if (!(error instanceof EvalhError)) throw new Error(`expected an EvalhError, got ${JSON.stringify(error)}`);
  expect(error.code).toBe("E_BACKEND");
  expect(`${error.message} ${error.hint}`).not.toContain(KEY);
  return error;
}

afterEach(async () => {
  for (const item of stack.splice(0).reverse()) await item[Symbol.asyncDispose]();
});
