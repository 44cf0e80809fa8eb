import { appendFile, mkdtemp, readFile, rm, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import type { Question } from "../../src/core/judge.ts";
import { judgeModels, type JudgeModels } from "../../src/run/judge-models.ts";
import { encodeLine } from "../../src/run/store/checked-line.ts";
import { createRunFolder, runFiles } from "../../src/run/store/run-folder.ts";
import type { Model } from "../../src/suite/suite.ts";
import { chatAnswer } from "../fixtures/servers/scripted-chat.ts";
import { startScripted, type Behaviour, type ScriptedServer } from "../fixtures/servers/scripted.ts";

const schema = { type: "object" };
const question = (prompt: string): Question => ({
  prompt,
  schema,
  maxTokens: 50,
  isUsable: (reply) => reply.startsWith("good"),
});
const model = (url: string): Model => ({
  name: "grader",
  backend: "openai",
  checkpoints: [],
  variants: [],
  folder: "/nowhere",
  base: null,
  url,
  modelName: "g-1",
  options: { concurrency: 3 },
});

let root: string;
let folder: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "evalh-judging-"));
  folder = join(root, "run");
  await createRunFolder(folder);
});
afterEach(() => rm(root, { recursive: true, force: true }));

function open(server: ScriptedServer): JudgeModels {
  const models = judgeModels({ suite: () => ({ judgeModels: [model(server.origin)], file: "suite.yaml" }) });
  models.attach({ folder, checkpoints: ["m/a", "m/b"] });
  return models;
}

const promptOf = (body: string): string =>
  (JSON.parse(body) as { messages: readonly { content: string }[] }).messages[0]?.content ?? "";

describe("a model that judges", () => {
  it("is asked greedily, with the schema, and no more often at a time than its entry says", async () => {
    await using server = await startScripted(async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return chatAnswer("good");
    });
    await using models = open(server);
    const asker = await models.context.ask("grader");
    await Promise.all(Array.from({ length: 12 }, (_, i) => asker.ask(question(`question ${i}`))));
    expect(server.received).toHaveLength(12);
    expect(server.mostAtOnce).toBeLessThanOrEqual(3);
    expect(JSON.parse(server.received[0]?.body ?? "")).toMatchObject({
      model: "g-1",
      temperature: 0,
      max_tokens: 50,
      response_format: { type: "json_schema", json_schema: { strict: true, schema } },
    });
  });

  it("is asked the same only once, at the same time or later, and by the next process too", async () => {
    await using server = await startScripted(({ body }) => chatAnswer(`good: ${promptOf(body)}`));
    const replies: unknown[] = [];
    for (let round = 0; round < 2; round++) {
      await using models = open(server);
      const asker = await models.context.ask("grader");
      const both = await Promise.all([asker.ask(question("one")), asker.ask(question("one"))]);
      replies.push(...both, await asker.ask(question("one")), await asker.ask(question("two")));
    }
    expect(server.received.map(({ body }) => promptOf(body)).sort()).toEqual(["one", "two"]);
    const one = { text: "good: one", finish: "stop", tokens: { prompt: 200, completion: 20 } };
    expect(replies.slice(0, 3)).toEqual([one, one, one]);
    expect(replies.slice(4)).toEqual(replies.slice(0, 4));
  });

  it("is asked again where its reply was of no use or there was none", async () => {
    const answers: Behaviour[] = [
      chatAnswer("no verdict"),
      { do: "answer", status: 400, json: { error: "wrong" } },
      chatAnswer("good"),
    ];
    await using server = await startScripted(({ number }) => answers[number] ?? chatAnswer("good"));
    await using models = open(server);
    const asker = await models.context.ask("grader");
    expect((await asker.ask(question("q"))).text).toBe("no verdict");
    await expect(asker.ask(question("q"))).rejects.toMatchObject({
      code: "E_JUDGE",
      message: expect.stringContaining("grader did not reply"),
    });
    expect((await asker.ask(question("q"))).text).toBe("good");
    expect((await asker.ask(question("q"))).text).toBe("good");
    expect(server.received).toHaveLength(3);
  });

  it("is not asked on and on where it refuses the key", async () => {
    await using server = await startScripted(() => ({ do: "answer", status: 401, json: { error: "who are you?" } }));
    await using models = open(server);
    const asker = await models.context.ask("grader");
    const asked = await Promise.allSettled(Array.from({ length: 30 }, (_, i) => asker.ask(question(`q${i}`))));
    expect(asked.every(({ status }) => status === "rejected")).toBe(true);
    expect(server.received.length).toBeLessThanOrEqual(3);
  });

  it("loses no more than the damaged lines of its file", async () => {
    await using server = await startScripted(() => chatAnswer("good"));
    const path = join(folder, "judge-cache.jsonl");
    const askAll = async (): Promise<void> => {
      await using models = open(server);
      const asker = await models.context.ask("grader");
      for (const prompt of ["a", "b", "c"]) await asker.ask(question(prompt));
    };
    await askAll();
    const { length } = await readFile(path);
    await truncate(path, length - 5);
    await askAll();
    expect(server.received.map(({ body }) => promptOf(body))).toEqual(["a", "b", "c", "c"]);
    await askAll();
    expect(server.received).toHaveLength(4);
  });

  it("keeps its replies, and can be stopped, also where it was asked before there was a run", async () => {
    await using server = await startScripted(({ body }) =>
      promptOf(body) === "slow" ? { do: "stall" } : chatAnswer("good"),
    );
    const abort = new AbortController();
    {
      await using models = judgeModels({
        suite: () => ({ judgeModels: [model(server.origin)], file: "suite.yaml" }),
      });
      const asker = await models.context.ask("grader");
      await asker.ask(question("write it in other words"));
      models.attach({ folder, checkpoints: ["m/a"], abort: abort.signal });
      await asker.ask(question("judge it"));
      const slow = asker.ask(question("slow"));
      while (server.received.length < 3) await new Promise((resolve) => setTimeout(resolve, 5));
      abort.abort();
      await expect(slow).rejects.toThrow();
    }
    await using models = open(server);
    const asked = server.received.length;
    await (await models.context.ask("grader")).ask(question("judge it"));
    expect(server.received).toHaveLength(asked);
  });

  it("must be listed", async () => {
    await using server = await startScripted(() => chatAnswer("good"));
    await using models = open(server);
    await expect(models.context.ask("other")).rejects.toMatchObject({
      code: "E_JUDGE",
      hint: "list it under `judge_models`",
    });
  });
});

describe("another checkpoint's answer", () => {
  const line = (id: string, output: string, more: object = {}): string =>
    encodeLine({ task: "t", split: "test", i: 0, id, repeat: 0, output, finish: "stop", scores: {}, ...more });
  const origin = { checkpoint: "m/b", task: "t", split: "test", repeat: 0 } as const;

  it("is found by task, split, sample and repeat, also what was written since", async () => {
    await using server = await startScripted(() => chatAnswer("good"));
    await using models = open(server);
    const { storedAnswer } = models.context;
    expect(await storedAnswer("a", "1", origin)).toBeNull();
    const path = runFiles.samples(folder, "m/a");
    await appendFile(
      path,
      line("1", "one") + line("1", "other", { repeat: 1 }) + line("1", "val", { split: "validation" }),
    );
    expect(await storedAnswer("a", "1", origin)).toBe("one");
    expect(await storedAnswer("m/a", "1", { ...origin, repeat: 1 })).toBe("other");
    expect(await storedAnswer("a", "1", { ...origin, split: "validation" })).toBe("val");
    expect(await storedAnswer("a", "2", origin)).toBeNull();
    await appendFile(path, line("2", "", { error: { code: "E", message: "" } }) + line("2", "two"));
    expect(await Promise.all([storedAnswer("a", "2", origin), storedAnswer("a", "1", origin)])).toEqual(["two", "one"]);
  });

  it("is one of the run's", async () => {
    await using server = await startScripted(() => chatAnswer("good"));
    await using models = open(server);
    await expect(models.context.storedAnswer("c", "1", origin)).rejects.toMatchObject({
      message: 'there is no checkpoint "c" to compare with',
    });
  });
});
