import { existsSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { backends } from "../../src/backend/index.ts";
import type { Backend, BackendTarget, GenerateOptions, Outcome } from "../../src/core/backend.ts";

const PROGRAM = join(import.meta.dirname, "../fixtures/servers/echo-program.ts");
const OPTIONS: GenerateOptions = { maxTokens: 9, temperature: 0, topP: 1, topK: 0, stop: [], logprobs: false };
const signal = new AbortController().signal;
const opened: Backend[] = [];

async function open(options: Record<string, unknown> = {}, target: Partial<BackendTarget> = {}): Promise<Backend> {
  const module = await backends.command();
  const command = [process.execPath, PROGRAM, "at={checkpoint}"];
  const given = { path: tmpdir(), allowCommands: true, options: { command, ...options }, ...target };
  const backend = await module.create(given, signal);
  opened.push(backend);
  return backend;
}

async function ask(backend: Backend, prompts: readonly string[], options = OPTIONS, on = signal) {
  const requests = prompts.map((prompt, index) => ({ index, prompt, seed: 5 }));
  const found: Outcome<unknown>[] = [];
  for await (const outcome of backend.generate(requests, options, on)) found[outcome.index] = outcome;
  return found;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A zombie waits for its parent to look; it runs no more.
    if (!existsSync("/proc/self/status")) return true;
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

async function expectGone(pid: number): Promise<void> {
  await expect.poll(() => isRunning(pid), { timeout: 20_000 }).toBe(false);
}

afterEach(async () => {
  for (const backend of opened.splice(0)) await backend[Symbol.asyncDispose]();
});

describe("the command backend", () => {
  it("matches answers to requests whatever their order, and ignores chatter", async () => {
    const backend = await open({ batch_size: 4 });
    const outcomes = await ask(backend, ["one", "chatter", "two", "refuse", "three\nx"], { ...OPTIONS, stop: ["\n"] });
    expect(outcomes).toMatchObject([
      { kind: "done", value: { text: "ONE", logprobs: [-1, -2] } },
      { kind: "done", value: { text: "CHATTER" } },
      { kind: "done", value: { text: "TWO" } },
      { kind: "failed", error: { message: "not that" } },
      { kind: "done", value: { text: "THREE", finish: "stop" } },
    ]);
  });

  it("runs in the checkpoint's folder and is told its path", async () => {
    const [outcome] = await ask(await open(), ["where"]);
    const text = `at=${tmpdir()} in ${tmpdir()}`;
    expect(outcome).toMatchObject({ value: { text, finish: "stop", tokens: { prompt: 1, completion: 4 } } });
  });

  it("item 14: passes on the environment variables that are named, and no others", async () => {
    const secret = (name: string): string | undefined =>
      /^(MODEL|OTHER)_/.test(name) ? `value of ${name}` : undefined;
    const backend = await open({ env: ["MODEL_HOME"], batch_size: 2 }, { secret });
    expect(await ask(backend, ["env MODEL_HOME", "env OTHER_KEY"])).toMatchObject([
      { value: { text: "value of MODEL_HOME" } },
      { value: { text: "unset" } },
    ]);
  });

  it("scores continuations where the program can", async () => {
    const backend = await open({ loglikelihood: true });
    expect(backend.capabilities.loglikelihood).toBe(true);
    const requests = [{ index: 7, context: "a", continuations: [" b", " cd"] }];
    for await (const outcome of backend.loglikelihood(requests, signal)) {
      expect(outcome).toEqual({
        index: 7,
        kind: "done",
        value: [
          { logprob: -2, tokens: 1, greedy: false },
          { logprob: -3, tokens: 1, greedy: false },
        ],
      });
    }
  });

  it("says how a program ended", async () => {
    const backend = await open();
    await expect(ask(backend, ["die"])).rejects.toThrow(/exit code 3; stderr ends with: no more memory/);
    await expect(ask(backend, ["one"])).rejects.toThrow(/exit code 3/);
  });

  it("says that a program ended in the middle of an answer", async () => {
    await expect(ask(await open(), ["half"])).rejects.toThrow(/exit code 4 in the middle of an answer/);
  });

  it("notices the end of a program whose helper holds its output open, and ends the helper", async () => {
    const error: unknown = await ask(await open(), ["orphan"]).catch((error: unknown) => error);
    expect(String(error)).toMatch(/exit code 5; stderr ends with: left \d+ behind/);
    await expectGone(Number(/left (\d+)/.exec(String(error))?.[1]));
  });

  it("checklist item 26: ends a program that hangs with all that it started", async () => {
    const backend = await open({ timeout: 1 });
    const [outcome] = await ask(backend, ["helper"]);
    const helper = Number((outcome as { value: { text: string } }).value.text);
    expect(isRunning(helper)).toBe(true);
    await expect(ask(backend, ["hang"])).rejects.toThrow(/did not answer within 1 s/);
    await expectGone(helper);
  });

  it("ends a program that hangs", async () => {
    const backend = await open({ timeout: 1 });
    await expect(ask(backend, ["hang"])).rejects.toThrow(/did not answer within 1 s/);
  });

  it("stops waiting when it is told to", async () => {
    const abort = new AbortController();
    const asked = ask(await open(), ["hang"], OPTIONS, abort.signal);
    setTimeout(() => abort.abort(new Error("enough")), 50);
    await expect(asked).rejects.toThrow("enough");
  });

  it("says that a program cannot be started", async () => {
    const backend = await open({ command: ["/no/such/program"] });
    await expect(ask(backend, ["one"])).rejects.toThrow(/\/no\/such\/program cannot be started/);
  });

  it("item 14: runs nothing that the user has not allowed", async () => {
    await expect(open({}, { allowCommands: false })).rejects.toThrow(/has not been allowed/);
  });
});
