import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { makeProject, type Project } from "../cli/project.ts";
import { pythonOf } from "./environment.ts";

const python = pythonOf("ml");
const FIXTURES = join(import.meta.dirname, "../fixtures");
const SUITE = `suite: service
version: 1
tasks:
  - task: continue
    dataset: { path: data.jsonl, id: id }
    prompt: "{{ text }} {{ id }}"
    references: "{{ answer }}"
    generate: { max_tokens: 8, temperature: 0 }
    judges: [exact_match, rouge]
models:
  - { model: service, backend: fastapi, url: "http://127.0.0.1:9" }
`;
/** What transformers says by itself, without any server. */
const REFERENCE = `
import json, sys
from transformers import pipeline
generator = pipeline("text-generation", model=sys.argv[1], device="cpu")
rows = [json.loads(line) for line in open("data.jsonl")]
answers = [generator(f"{r['text']} {r['id']}", max_new_tokens=8, do_sample=False, return_full_text=False)[0]["generated_text"] for r in rows]
print(json.dumps(answers))
`;

/** Every stored answer by sample. */
function storedTexts(folder: string): Record<string, string> {
  const runs = join(folder, ".evalh/runs");
  const samples = join(runs, readdirSync(runs)[0] ?? "", "samples");
  const lines = readdirSync(samples).flatMap((file) => readFileSync(join(samples, file), "utf8").trim().split("\n"));
  const answers = lines.map((line) => JSON.parse(line) as { id: string; output: string });
  return Object.fromEntries(answers.map(({ id, output }) => [id, output]));
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

describe.skipIf(python === null)("a FastAPI service around transformers.pipeline, as tutorials write it", () => {
  let project: Project;
  let service: ChildProcess;
  let url = "";
  const run = (program: string, ...args: string[]): string =>
    execFileSync(python ?? "", [program, ...args], { cwd: project.folder, encoding: "utf8" });

  beforeAll(async () => {
    project = await makeProject({ suite: SUITE, rows: 20 });
    run(join(FIXTURES, "models/make_tiny_hf.py"), join(project.folder, "model"));
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    const argv = [join(FIXTURES, "servers/tutorial_service.py"), join(project.folder, "model"), String(port)];
    service = spawn(python ?? "", argv, { stdio: "inherit" });
    for (;;) {
      if (service.exitCode !== null) throw new Error("the service ended");
      if (
        await fetch(`${url}/docs`).then(
          (answer) => answer.ok,
          () => false,
        )
      )
        return;
      await setTimeout(200);
    }
  });
  afterAll(async () => {
    service.kill();
    await project[Symbol.asyncDispose]();
  });

  it("is evaluated by `evalh run --backend fastapi --base-url`, with the answers that the model gives by itself", async () => {
    const { code, stdout, stderr } = await project.run(
      "run",
      "suite.yaml",
      "--backend",
      "fastapi",
      "--base-url",
      url,
      "--json",
    );
    expect({ code, stdout, stderr }).toMatchObject({ code: 0 });

    await project.write("reference.py", REFERENCE);
    const wanted = JSON.parse(run(join(project.folder, "reference.py"), join(project.folder, "model"))) as string[];
    expect(new Set(wanted).size).toBeGreaterThan(3);
    expect(storedTexts(project.folder)).toEqual(Object.fromEntries(wanted.map((text, row) => [`q${row}`, text])));
  });
});
