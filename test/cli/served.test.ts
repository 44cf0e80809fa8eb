import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";

import { describe, expect, it } from "vitest";

import { startOpenai } from "../fixtures/servers/openai.ts";
import { lookOf } from "../fixtures/servers/profiles.ts";
import type { Received } from "../fixtures/servers/scripted.ts";
import { finished, makeProject, SUITE, type Project } from "./project.ts";

const SERIES = `  - model: title
    backend: openai
    url: URL
    checkpoints:
      - { model_name: base-7b, name: base, step: 0 }
      - { model_name: title-100 }
      - { model_name: title-200, epoch: 2 }
    options: { api: completions }
`;

function suiteWith(models: string): string {
  return `${SUITE.slice(0, SUITE.indexOf("models:"))}models:\n${models}`;
}

function modelsAsked(received: readonly Received[]): readonly string[] {
  return [...new Set(received.map(({ body }) => (JSON.parse(body) as { model: string }).model))];
}

/** Everything that a run has left in the project, as one text. */
function everythingWritten(project: Project): string {
  const folder = join(project.folder, ".evalh");
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1")).join("\n");
}

describe("evalh run --base-url", () => {
  it("asks a server for any suite, scoring texts over plain completions where it must, and says so", async () => {
    await using server = await startOpenai(undefined, 0, { look: lookOf("vLLM") });
    await using project = await makeProject();
    const args = ["run", "suite.yaml", "--backend", "openai", "--base-url", `${server.origin}/v1`];
    const { code, stdout, stderr } = await project.run(...args, "--concurrency", "64", "--no-report");
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stderr).toContain('note: task "pick" scores given texts, which chat cannot: using --option api=completions');
    expect(stdout).toContain("pick/accuracy");
    expect(modelsAsked(server.received)).toEqual(["base-7b"]);
    expect(server.received.every(({ url }) => url === "/v1/completions")).toBe(true);
  });

  it("says before anything is asked or written that chat gives no log-probabilities", async () => {
    await using server = await startOpenai();
    await using project = await makeProject();
    const args = ["run", "suite.yaml", "--base-url", `${server.origin}/v1`, "--option", "api=chat"];
    const { code, stderr } = await project.run(...args);
    expect(code).toBe(3);
    expect(stderr).toMatch(
      /error: task "pick" \(choice\) needs log-probabilities.*"served" cannot give: chat endpoints/,
    );
    expect(stderr).toContain("hint: Set `api: completions`");
    expect(server.received).toHaveLength(0);
    expect(readdirSync(project.folder)).not.toContain(".evalh");
  });

  it("continues with the command that it prints", async () => {
    let isIll = true;
    await using server = await startOpenai(({ number }) =>
      isIll && number >= 3 ? { do: "answer", status: 400, json: { error: { message: "not now" } } } : undefined,
    );
    await using project = await makeProject();
    const args = [
      "run",
      "suite.yaml",
      "--base-url",
      `${server.origin}/v1`,
      "--model",
      "m-1",
      "--option",
      "api=completions",
      "--limit",
      "11",
    ];
    const first = await project.run(...args, "--quiet", "--no-report");
    expect(first.code).toBe(3);
    isIll = false;
    const resume = /^resume: evalh (.*)$/m.exec(first.stderr)?.[1]?.split(" ") ?? [];
    const second = await project.run(...resume, "--no-report");
    expect({ code: second.code, stderr: second.stderr }).toMatchObject({ code: 0 });
    // The first attempt asked eleven texts and each sample's first choice; the second what was refused of it.
    expect(server.received).toHaveLength(11 + 11 + 8 + 33);
  });

  it.each([
    [["--backend", "opnai"], 'there is no backend "opnai"', 'did you mean "openai"?'],
    [["--backend", "onnx"], "reads checkpoints from folders", "leave --base-url out"],
    [["--option", "api"], "--option wants name=value", ""],
    [["--option", "sytem=x"], 'has no option "sytem"', 'did you mean "system"?'],
    [["--option", "api=both"], "--option api must be equal to one of the allowed values: chat, completions", ""],
  ])("tells what is wrong with %j", async (flags, message, hint) => {
    await using project = await makeProject();
    const { code, stderr } = await project.run("run", "suite.yaml", "--base-url", "http://127.0.0.1:9/v1", ...flags);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(message) as string });
    expect(stderr).toContain(hint);
  });

  it("checklist item 22: stops at once where the key is refused, and shows and keeps none of it", async () => {
    const key = "sk-canary-77aa19";
    await using server = await startOpenai(({ headers }) => ({
      do: "answer",
      status: 401,
      json: { error: { message: `bad key ${String(headers.authorization)} \u001b[2J` } },
    }));
    await using project = await makeProject({
      suite: suiteWith(
        `  - model: m\n    backend: openai\n    url: ${server.origin}/v1\n    options: { api: completions, api_key_env: EVALH_TEST_KEY }\n`,
      ),
    });
    process.env["EVALH_TEST_KEY"] = key;
    const { code, stdout, stderr } = await project.run("run", "suite.yaml", "--concurrency", "4");
    delete process.env["EVALH_TEST_KEY"];
    expect(code).toBe(3);
    expect(stderr).toContain("HTTP 401: bad key Bearer [redacted]");
    expect(server.received.length).toBeLessThanOrEqual(4);
    expect(server.received[0]?.headers.authorization).toBe(`Bearer ${key}`);
    expect(`${stdout}${stderr}${everythingWritten(project)}`).not.toContain(key);
    expect(`${stdout}${stderr}`).not.toContain("\u001b[2J");
  });
});

describe("a series on one server", () => {
  it("evaluates every adapter by its name, along its steps", async () => {
    await using server = await startOpenai(undefined, 0, { look: lookOf("vLLM") });
    await using project = await makeProject({ suite: suiteWith(SERIES.replace("URL", `${server.origin}/v1`)) });
    const { code, stdout, stderr } = await project.run("run", "suite.yaml", "--json", "--no-report");
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const { checkpoints } = JSON.parse(stdout) as { checkpoints: readonly { id: string; step: number }[] };
    expect(checkpoints.map(({ id, step }) => [id, step])).toEqual([
      ["title/base", 0],
      ["title/title-100", 100],
      ["title/title-200", 200],
    ]);
    expect(modelsAsked(server.received)).toEqual(["base-7b", "title-100", "title-200"]);
  });

  it("has the server load the adapters of a training's folder, one after the other, and unload them", async () => {
    await using server = await startOpenai(
      ({ url }) => (url.includes("lora") ? { do: "text", text: "Success" } : undefined),
      0,
      { look: lookOf("vLLM") },
    );
    const models = `  - model: title
    backend: openai
    url: ${server.origin}/v1
    checkpoints: adapters/
    options: { api: completions, load_adapters: true }
`;
    await using project = await makeProject({ suite: suiteWith(models) });
    for (const step of [10, 20]) writeAdapter(join(project.folder, "adapters", `checkpoint-${step}`), step);
    const { code, stdout, stderr } = await project.run(
      "run",
      "suite.yaml",
      "--json",
      "--no-report",
      "--task",
      "continue",
    );
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const { checkpoints } = JSON.parse(stdout) as {
      checkpoints: readonly { id: string; step: number; digest: string }[];
    };
    expect(checkpoints.map(({ id, step }) => [id, step])).toEqual([
      ["title/checkpoint-10", 10],
      ["title/checkpoint-20", 20],
    ]);
    const calls = server.received
      .filter(({ url }) => url.includes("lora"))
      .map(({ url, body }) => {
        const { lora_name: name, lora_path: path } = JSON.parse(body) as { lora_name: string; lora_path?: string };
        return [url, name.replace(/-[0-9a-f]{8}$/, ""), path?.replace(project.folder, "")];
      });
    expect(calls).toEqual([
      ["/v1/load_lora_adapter", "title-checkpoint-10", "/adapters/checkpoint-10"],
      ["/v1/unload_lora_adapter", "title-checkpoint-10", undefined],
      ["/v1/load_lora_adapter", "title-checkpoint-20", "/adapters/checkpoint-20"],
      ["/v1/unload_lora_adapter", "title-checkpoint-20", undefined],
    ]);
  });
});

/** A PEFT adapter of one tensor, as safetensors. */
function writeAdapter(folder: string, value: number): void {
  mkdirSync(folder, { recursive: true });
  const header = JSON.stringify({ "base.lora_A.weight": { dtype: "F32", shape: [1], data_offsets: [0, 4] } });
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const data = Buffer.alloc(4);
  data.writeFloatLE(value);
  writeFileSync(join(folder, "adapter_model.safetensors"), Buffer.concat([length, Buffer.from(header), data]));
  writeFileSync(
    join(folder, "adapter_config.json"),
    JSON.stringify({ peft_type: "LORA", base_model_name_or_path: "base-7b" }),
  );
}

describe("a server that is not there yet", () => {
  it("is waited for with --wait, and says so; Ctrl-C ends the waiting", async () => {
    await using project = await makeProject();
    const args = ["run", "suite.yaml", "--base-url", "http://127.0.0.1:9/v1", "--task", "continue", "--wait", "600"];
    const child = project.start(...args);
    const ending = finished(child);
    let said = "";
    child.stderr?.on("data", (chunk: Buffer) => (said += chunk.toString()));
    for (let i = 0; i < 600 && !said.includes("waiting for"); i++) await setTimeout(50);
    expect(said).toContain("waiting for http://127.0.0.1:9/v1 (connection refused), 0 s");
    child.kill("SIGINT");
    await setTimeout(100);
    child.kill("SIGINT");
    expect((await ending).code).toBe(130);
  });

  it("is said to be missing at once without it", async () => {
    await using project = await makeProject();
    const { code, stderr } = await project.run(
      "run",
      "suite.yaml",
      "--base-url",
      "http://127.0.0.1:9/v1",
      "--task",
      "continue",
    );
    expect(code).toBe(3);
    expect(stderr).toContain("http://127.0.0.1:9/v1 is not ready: connection refused");
    expect(stderr).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m);
  });
});

describe("evalh doctor --base-url", () => {
  it("tells what a server is, what it serves, and whether and how fast it answers", async () => {
    await using server = await startOpenai(undefined, 0, { look: lookOf("vLLM") });
    await using project = await makeProject();
    const args = ["doctor", "--base-url", `${server.origin}/v1`, "--option", "api=completions"];
    const { code, stdout } = await project.run(...args, "--json");
    expect(code).toBe(0);
    const found = Object.fromEntries(
      (JSON.parse(stdout) as readonly { name: string; ok: boolean; found: string }[]).map((each) => [each.name, each]),
    );
    expect(found["server"]?.found).toBe(`openai completions base-7b at ${server.origin}/v1 (vLLM 0.10.1)`);
    expect(found["LoRA adapters"]?.found).toBe("title-100 on base-7b, title-200 on base-7b");
    expect(found["context window"]?.found).toBe("4096 tokens");
    expect(found["answers"]).toMatchObject({
      ok: true,
      found: expect.stringMatching(/THE CAPITAL.* ms \(middle of 4\)$/) as string,
    });
    expect(found["log-probabilities"]).toMatchObject({ ok: true, found: '" Paris" behind it has -1.500' });
  });

  it("says what is wrong with a server that is not there, and exits with 2", async () => {
    await using project = await makeProject();
    const { code, stdout } = await project.run("doctor", "--base-url", "http://127.0.0.1:9/v1");
    expect(code).toBe(2);
    expect(stdout).toMatch(/^✗ server +http:\/\/127\.0\.0\.1:9\/v1 is not ready: connection refused$/m);
    expect(stdout).toContain("fix: Start the server");
  });
});
