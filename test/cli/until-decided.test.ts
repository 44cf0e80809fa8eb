import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { makeProject, type Project } from "./project.ts";
import { startOpenai } from "../fixtures/servers/openai.ts";
import { readAnswers } from "../reliability/campaign/answers.ts";

const ROWS = 800;

const suiteOf = (origin: string, gates = ""): string => `suite: served
version: 1
tasks:
  - task: t
    dataset: { path: data.jsonl, id: id }
    prompt: "{{ text }}"
    references: "{{ text }}"
    generate: { max_tokens: 4, temperature: 0 }
    judges: [{ exact_match: { ignore_case: true } }]
    slices: [kind]
models:
  - { model: served, backend: openai, url: "${origin}/v1", options: { model: m, concurrency: 32 } }
${gates}`;

async function newest(project: Project): Promise<string> {
  const names = (await readdir(join(project.folder, ".evalh", "runs"))).toSorted();
  return join(project.folder, ".evalh", "runs", names.at(-1) ?? "");
}

/** A served model that is wrong in every `wrongEvery`-th answer; what it answers depends on the question alone. */
async function servedProject(): Promise<{ project: Project; wrong: { every: number }; close: () => Promise<void> }> {
  const wrong = { every: 10 };
  const server = await startOpenai(({ body }) => {
    const { messages } = JSON.parse(body) as { messages: readonly { content: string }[] };
    const text = messages.at(-1)?.content ?? "";
    const number = Number(/\d+/.exec(text)?.[0]);
    const isWrong = (number * 7_919) % wrong.every === 0;
    return {
      do: "answer",
      json: {
        choices: [{ index: 0, message: { role: "assistant", content: isWrong ? "no" : text }, finish_reason: "stop" }],
      },
    };
  });
  const project = await makeProject({ rows: ROWS, suite: suiteOf(server.origin) });
  return {
    project,
    wrong,
    async close() {
      await project[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

describe("evalh run --until-decided", { timeout: 240_000 }, () => {
  it("asks no more than it takes, all where it must, and any later look at the folder says the same", async () => {
    const { project, wrong, close } = await servedProject();
    try {
      await project.run("run", "suite.yaml", "--quiet", "--no-report");
      expect((await project.run("baseline", "update")).code).toBe(0);
      await rm(await newest(project), { recursive: true });

      // A model that became much worse shows in the first of four looks.
      wrong.every = 3;
      const args = ["run", "suite.yaml", "--no-report", "--gate", "t/exact_match max_drop=3", "--until-decided"];
      const worse = await project.run(...args);
      expect({ code: worse.code, stderr: worse.stderr }).toEqual({
        code: 1,
        stderr: expect.stringContaining("look 1 of 4: 100 of 800 samples, all gates are decided") as string,
      });
      expect(worse.stdout).toMatch(/✗ fail {2}t\/exact_match: no drop beyond 3/);
      expect(worse.stdout).toContain("look 1 of 4");
      expect((await readAnswers(await newest(project))).byKey.size).toBe(100);
      const again = await project.run("gate");
      expect(again.code).toBe(1);
      expect(again.stdout).toContain("on 100 samples");
      expect((await project.run("baseline", "update")).stderr).toContain("asked only a part of its samples");
      await rm(await newest(project), { recursive: true });

      // An unchanged one needs more to rule a drop of 3 out, but not all.
      wrong.every = 10;
      const same = await project.run(...args);
      expect(same.code).toBe(0);
      const asked = (await readAnswers(await newest(project))).byKey.size;
      expect(asked).toBeGreaterThanOrEqual(100);
      expect(asked).toBeLessThan(ROWS);
      // Samples that were not drawn are not missing.
      const rate = await project.run("gate", "--gate", "failure_rate mode=threshold max=0", "--json");
      const { gates } = JSON.parse(rate.stdout) as { gates: { n: number; outcome: string }[] };
      expect(gates.at(-1)).toMatchObject({ outcome: "pass", n: asked });
      await rm(await newest(project), { recursive: true });

      // Without a limit nothing but an improvement can be ruled in: everything is asked, and it passes.
      const all = await project.run(...args.map((arg) => arg.replace("max_drop=3", "max_drop=0")));
      expect(all.code).toBe(0);
      expect(all.stderr).toContain("look 4 of 4: 800 of 800 samples");
      expect((await readAnswers(await newest(project))).byKey.size).toBe(ROWS);
      const { drawing } = JSON.parse(await readFile(join(await newest(project), "run.json"), "utf8")) as {
        drawing: object;
      };
      expect(drawing).toEqual({ looks: 4, done: 4 });
    } finally {
      await close();
    }
  });

  it("says what it lacks before anything is asked", async () => {
    await using project = await makeProject();
    for (const [args, says] of [
      [["--checkpoint", "checkpoint-10"], "needs gates"],
      [["--gate", "pick/accuracy"], "looks at one checkpoint, and there are 2"],
      [["--gate", "pick/accuracy", "--checkpoint", "checkpoint-10"], "needs a baseline"],
    ] as const) {
      const { code, stderr } = await project.run("run", "suite.yaml", "--until-decided", ...args);
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(says) as string });
    }
    await expect(readdir(join(project.folder, ".evalh"))).rejects.toMatchObject({ code: "ENOENT" });
  });
});

describe("evalh run --gate", { timeout: 240_000 }, () => {
  it("takes every key of a suite's gates, and shows a mistake as in a suite", async () => {
    await using project = await makeProject();
    const args = ["run", "suite.yaml", "--quiet", "--no-report"];
    const gates = [
      "continue/rougeL mode=threshold min=101 slice=kind=odd severity=warn",
      "latency mode=threshold max=60000",
      "continue/latency_p95 mode=threshold max=0.0001 severity=warn",
      "memory mode=threshold max=8000",
      "energy mode=threshold max=1",
    ].flatMap((gate) => ["--gate", gate]);
    // Answers from the cache took no time of their own.
    const { code, stdout } = await project.run(...args, ...gates);
    expect(code).toBe(0);
    expect(stdout).toMatch(/! warn {2}continue\/rougeL \[kind=odd\] ≥ 101/);
    expect(stdout).toMatch(/✓ pass {2}latency ≤ 60000\s+the median answer took [\d.]+ ms/);
    expect(stdout).toMatch(/! warn {2}continue\/latency_p95 ≤ 0\.0001\s+above 0\.0001/);
    expect(stdout).toMatch(/memory ≤ 8000\s+no GPU was watched/);
    expect(stdout).toMatch(/energy ≤ 1\s+no GPU was watched/);
    // They are kept: the folder alone suffices to look again.
    expect((await project.run("gate")).stdout).toContain("continue/rougeL [kind=odd] ≥ 101");
    for (const [gate, says] of [
      ["pick/acuracy", 'task "pick" has no metric "acuracy" — did you mean "pick/accuracy"?'],
      ["pick/accuracy maxdrop=1", 'unknown key "maxdrop" — did you mean "max_drop"?'],
      ["pick/accuracy max_drop=x", 'must be a number, or percent as in "10%"'],
      ["pick/accuracy max_drop=3%", "is in percent, which applies to latency, memory and energy"],
      ["continue/rougeL slice=odd=1", 'the task has no slices by "odd"'],
      ["memory max_drop=3 slice=kind=odd", 'key "slice" does not apply to memory'],
      ["overfit mode=regression", "overfit has no regression"],
      ["overfit mode=threshold", "overfit needs the training run's log"],
    ]) {
      const wrong = await project.run(...args, "--gate", gate ?? "");
      expect({ code: wrong.code, stderr: wrong.stderr }).toEqual({
        code: 2,
        stderr: expect.stringContaining(says ?? "") as string,
      });
    }
  });
});
