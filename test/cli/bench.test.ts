import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import type { LoadResult } from "../../src/load/load-result.ts";
import { startScripted } from "../fixtures/servers/scripted.ts";
import { startKnownDelays } from "../fixtures/servers/start-known-delays.ts";
import { finished, makeProject, type Finished, type Project } from "./project.ts";

const QUICK = ["--repeats", "1", "--warmup", "0", "--output-tokens", "6", "--json", "--quiet"];

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** A line of --log: seconds. */
interface Logged {
  readonly sent: number;
  readonly first: number;
  readonly last: number;
}

async function bench(project: Project, ...args: string[]): Promise<LoadResult> {
  const done = await project.run("bench", ...args, ...QUICK);
  expect(done.stderr).toBe("");
  expect(done.code).toBe(0);
  return JSON.parse(done.stdout) as LoadResult;
}

describe("evalh bench", () => {
  it("reports the first token's time and the gaps as the server's own clock has them", async () => {
    await using project = await makeProject();
    await using server = await startKnownDelays({ ttft: 150, gap: 20, tokens: 6 });
    const args = ["--mode", "synchronous", "--requests", "21", "--log", "requests.jsonl"];
    const { stages, target } = await bench(project, server.url, ...args);
    const [stage] = stages;
    expect(stage?.requests).toMatchObject({ sent: 21, completed: 21, failed: 0 });
    expect(target).toMatchObject({ api: "chat", model: "known-delays", streams: true });
    // The first few only asked how the server does things; one at a time, both sides have the same order.
    const served = server.log.slice(-21);
    const text = await readFile(join(project.folder, "requests.jsonl"), "utf8");
    const logged = text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Logged);
    const firsts = logged.map(({ first, sent }) => 1000 * (first - sent));
    const errors = firsts.map((ms, i) => ms - ((served[i]?.written[0] ?? NaN) - (served[i]?.received ?? NaN)));
    // A busy machine makes either side wait now and then: that only adds, so that the lower quartile tells.
    const lower = errors.toSorted((a, b) => a - b)[5] ?? NaN;
    expect(Math.abs(lower)).toBeLessThan(0.02 * 150);
    expect(Math.abs((stage?.latencies.ttft?.mean.value ?? NaN) - mean(firsts))).toBeLessThan(0.01);
    const gaps = served.flatMap(({ written }) => written.slice(1).map((at, i) => at - (written[i] ?? NaN)));
    const spans = logged.map(({ first, last }, i) => (1000 * (last - first)) / 5 - mean(gaps.slice(5 * i, 5 * i + 5)));
    expect(Math.abs(median(spans))).toBeLessThan(1);
    expect(Math.abs((stage?.latencies.itl?.mean.value ?? NaN) - mean(gaps))).toBeLessThan(1);
    expect(stage?.latencies.itl?.n).toBe(gaps.length);
    expect(stage?.latencies.tpot?.n).toBe(21);
    expect(stage?.tokens).toEqual({ prompt: 256, output: 6, events: 6 });
  });

  it("counts the wait for a connection from the time a request was meant for", async () => {
    await using project = await makeProject();
    await using server = await startKnownDelays({ ttft: 60, gap: 1, tokens: 2, slots: 1 });
    const args = ["--mode", "constant", "--rate", "60", "-c", "1", "--requests", "40", "--prompt-tokens", "8"];
    const [stage] = (await bench(project, server.url, ...args)).stages;
    const { e2e, e2eFromIntended } = stage?.latencies ?? {};
    expect(stage?.requests.unsent).toBeGreaterThan(0);
    expect(stage?.waitGrowth).toBeGreaterThan(1);
    // A request takes 60 ms and one comes every 17: the later ones wait for most of a second.
    const [fromIntended, fromSent] = [e2eFromIntended, e2e].map((each) => each?.percentiles.p50?.value ?? NaN);
    expect(fromIntended).toBeGreaterThan(2 * (fromSent ?? NaN));
  });

  it("says how often what failed, and of what kind", async () => {
    await using project = await makeProject();
    const kinds: string[] = [];
    for (const failWith of [429, "truncate", "error", "empty"] as const) {
      await using server = await startKnownDelays({ ttft: 1, gap: 1, tokens: 3, failEvery: 5, failWith });
      const [stage] = (await bench(project, server.url, "-c", "2", "--requests", "50")).stages;
      expect(stage?.requests.failed).toBe(10);
      expect(stage?.requests.completed).toBe(40);
      kinds.push(...(stage?.errors ?? []).map(({ kind, count }) => `${count} ${kind}`));
    }
    expect(kinds).toEqual(["10 HTTP 429", "10 truncated stream", "10 error in the stream", "10 empty answer"]);
  });

  it("asks strict servers, those that do not stream, and those with one endpoint of their own", async () => {
    await using project = await makeProject();
    await using strict = await startKnownDelays({ ttft: 2, gap: 1, tokens: 3, isStrict: true });
    const plain = await bench(project, strict.url.replace("/v1", ""), "-c", "1", "--requests", "3");
    expect(plain.target).toMatchObject({ api: "chat", streams: true });
    expect(plain.notes.join()).toContain("cannot be told to go on to the token limit");
    expect(plain.stages[0]?.tokens).toEqual({ prompt: null, output: null, events: 3 });
    expect(plain.stages[0]?.rates.outputTokens?.value).toBeGreaterThan(0);
    await using whole = await startKnownDelays({ ttft: 2, gap: 1, tokens: 3, isWhole: true });
    const ends = await bench(project, `${whole.url}/completions`, "-c", "1", "--requests", "3");
    expect(ends.target).toMatchObject({ api: "completions", streams: false });
    expect(ends.stages[0]?.latencies).toMatchObject({ ttft: null, itl: null, tpot: null });
    expect(ends.stages[0]?.latencies.e2e?.n).toBe(3);
    const own = await bench(project, whole.url.replace("/v1", "/generate"), "-c", "1", "--requests", "3");
    expect(own.target).toMatchObject({ api: "generate", model: null });
    expect(own.stages[0]?.requests.completed).toBe(3);
  });

  it("keeps a result with its run, whose report draws it", async () => {
    await using server = await startKnownDelays({ ttft: 2, gap: 1, tokens: 3 });
    const suite = `suite: served
version: 1
tasks:
  - task: ask
    dataset: { path: data.jsonl, id: id }
    prompt: "{{ text }}"
    references: "{{ answer }}"
    generate: { max_tokens: 3, temperature: 0 }
    judges: [exact_match]
models:
  - { model: m, backend: openai, url: "${server.url}", options: { model: known-delays } }
`;
    await using project = await makeProject({ suite });
    await project.run("run", "suite.yaml", "--quiet", "--no-report");
    const asked = server.log.length;
    const done = await project.run("bench", "--run", "latest", "-c", "1,2,4", "--requests", "5", "--repeats", "2");
    expect(done.code).toBe(0);
    expect(done.stdout).toContain("at a time");
    expect(done.stderr).toContain("bench.jsonl");
    // The run's own prompts, not random words.
    expect(server.log.slice(asked).some(({ prompt }) => prompt.startsWith("the colour of thing"))).toBe(true);
    const report = await project.run("report", "latest", "-o", "out.html");
    expect(report.code).toBe(0);
    const html = await readFile(join(project.folder, "out.html"), "utf8");
    expect(html).toContain("Load curves");
    expect(html).toContain("known-delays");
    const json = await project.run("compare", "latest", "--json");
    expect((JSON.parse(json.stdout) as { load: LoadResult[] }).load[0]?.stages).toHaveLength(3);
  });

  it("prints what was measured when it is interrupted", async () => {
    await using project = await makeProject();
    await using server = await startKnownDelays({ ttft: 5, gap: 1, tokens: 3 });
    const child = project.start(
      "bench",
      server.url,
      "-c",
      "2",
      "--duration",
      "5min",
      "--warmup",
      "0",
      "--repeats",
      "1",
    );
    const done: Promise<Finished> = finished(child);
    while (server.log.length < 20) await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill("SIGINT");
    const { code, stdout, stderr } = await done;
    expect(code).toBe(130);
    expect(stdout).toContain("interrupted: what was measured until then");
    expect(stdout).toMatch(/requests\/s/);
    expect(stderr).toContain("what was measured follows");
  });

  it.each([
    [["http://127.0.0.1:9/v1"], 3, "connection refused"],
    [["not a url"], 3, "is not a URL"],
    [["http://169.254.169.254/v1"], 3, "credentials"],
    [[], 2, "which server?"],
    [["http://127.0.0.1:9", "--rate", "2", "--mode", "sweep"], 2, "--rate does not go with"],
    [["http://127.0.0.1:9", "--mode", "constant"], 2, "needs --rate"],
    [["http://127.0.0.1:9", "--slo", "tfft=1s"], 2, "did you mean"],
    [["http://127.0.0.1:9", "--duration", "5"], 2, "a duration is needed"],
    [["http://127.0.0.1:9", "--api-key-env", "NO_SUCH_KEY"], 2, "NO_SUCH_KEY"],
    [["http://127.0.0.1:9", "--prompts", "nowhere.jsonl"], 2, "nowhere.jsonl"],
  ])("says what is wrong with %j", async (args, code, message) => {
    await using project = await makeProject({ rows: 1 });
    const done = await project.run("bench", ...args);
    expect(done.stderr).toContain(message);
    expect(done.stderr).not.toContain("This is a bug");
    expect(done.code).toBe(code);
  });

  it("gives up a server that says nothing", async () => {
    await using project = await makeProject({ rows: 1 });
    await using server = await startScripted(() => ({ do: "stall" }), { look: () => ({ do: "stall" }) });
    const done = await project.run("bench", `${server.origin}/v1`, "--timeout", "500ms");
    expect(done.stderr).toContain("timeout");
    expect(done.code).toBe(3);
  });

  it("never shows a key that the server quotes", async () => {
    await using project = await makeProject({ rows: 1 });
    await using server = await startKnownDelays({ ttft: 1, gap: 1, tokens: 2, quotesKey: true });
    process.env["BENCH_TEST_KEY"] = "sk-secret-canary";
    const done = await project.run(
      "bench",
      server.url,
      "--api-key-env",
      "BENCH_TEST_KEY",
      "-c",
      "1",
      "--requests",
      "2",
    );
    delete process.env["BENCH_TEST_KEY"];
    expect(done.stderr).toContain("[redacted]");
    expect(done.stdout + done.stderr).not.toContain("canary");
  });
});
