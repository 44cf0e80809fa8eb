import { execFileSync } from "node:child_process";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { makeProject, type Project } from "../cli/project.ts";
import { pythonOf } from "./environment.ts";
import { startService, type Service } from "./service.ts";
import { storedAnswers } from "./stored.ts";

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

describe.skipIf(python === null)("a FastAPI service around transformers.pipeline, as tutorials write it", () => {
  let project: Project;
  let service: Service;
  const run = (program: string, ...args: string[]): string =>
    execFileSync(python ?? "", [program, ...args], { cwd: project.folder, encoding: "utf8" });

  beforeAll(async () => {
    project = await makeProject({ suite: SUITE, rows: 20 });
    run(join(FIXTURES, "models/make_tiny_hf.py"), join(project.folder, "model"));
    const program = join(FIXTURES, "servers/tutorial_service.py");
    const args = (port: number): readonly string[] => [program, join(project.folder, "model"), String(port)];
    service = await startService(python ?? "", { args, ready: "/docs" });
  });
  afterAll(async () => {
    await service[Symbol.asyncDispose]();
    await project[Symbol.asyncDispose]();
  });

  it("is evaluated by `evalh run --backend fastapi --base-url`, with the answers that the model gives by itself", async () => {
    const { code, stdout, stderr } = await project.run(
      "run",
      "suite.yaml",
      "--backend",
      "fastapi",
      "--base-url",
      service.url,
      "--json",
    );
    expect({ code, stdout, stderr }).toMatchObject({ code: 0 });

    await project.write("reference.py", REFERENCE);
    const wanted = JSON.parse(run(join(project.folder, "reference.py"), join(project.folder, "model"))) as string[];
    expect(new Set(wanted).size).toBeGreaterThan(3);
    expect(Object.fromEntries(storedAnswers(project.folder).map(({ id, output }) => [id, output]))).toEqual(
      Object.fromEntries(wanted.map((text, row) => [`q${row}`, text])),
    );
  });
});
