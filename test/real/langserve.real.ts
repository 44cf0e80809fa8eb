import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { makeProject } from "../cli/project.ts";
import { pythonOf } from "./environment.ts";
import { startService, type Service } from "./service.ts";
import { storedAnswers } from "./stored.ts";

const python = pythonOf("langserve");
const ROWS = 20;
const suite = (url: string, model: string): string => `suite: chain
version: 1
tasks:
  - task: say
    dataset: { path: data.jsonl, id: id }
    prompt: "{{ text }}"
    references: "{{ answer }}"
    generate: { max_tokens: 8, temperature: 0 }
    judges: [exact_match]
models:
  - { model: chain, backend: fastapi, url: "${url}", ${model} }
`;

describe.skipIf(python === null)("a real LangServe app", () => {
  let service: Service;
  beforeAll(async () => {
    const program = join(import.meta.dirname, "../fixtures/servers/langserve_service.py");
    service = await startService(python ?? "", { args: (port) => [program, String(port)], ready: "/docs" });
  });
  afterAll(() => service[Symbol.asyncDispose]());

  it.each<[string, string, string]>([
    ["/invoke of a chain that ends in text", "/text", "prompt_field: topic"],
    ["/batch of a chain that ends in text", "/text", "prompt_field: topic, batch_size: 8"],
    ["/invoke of a chain that ends in a message", "/message", "prompt_field: topic"],
    ["/batch of a chain that ends in a message", "/message", "prompt_field: topic, batch_size: 8"],
  ])("is evaluated by %s", async (_, path, options) => {
    const model = `options: { preset: langserve, ${options} }`;
    await using project = await makeProject({ suite: suite(service.url + path, model), rows: ROWS });
    const { code, stderr } = await project.run("run", "suite.yaml", "--no-report");
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const answers = storedAnswers(project.folder);
    expect(answers.map(({ output }) => output)).toEqual(
      Array.from({ length: ROWS }, (_, row) => `ABOUT THE COLOUR OF THING ${row} IS`),
    );
    // A message says how much was read and written, text does not.
    const told = path === "/message" ? { finish: "stop", tokens: [7, 7] } : { finish: "unknown", tokens: null };
    for (const { finish, tokens = null } of answers) expect({ finish, tokens }).toEqual(told);
  });

  it("whose chain takes text is asked without prompt_field", async () => {
    const model = "options: { preset: langserve, batch_size: 4 }";
    await using project = await makeProject({ suite: suite(`${service.url}/plain`, model), rows: 4 });
    expect(await project.run("run", "suite.yaml", "--no-report")).toMatchObject({ code: 0 });
    expect(storedAnswers(project.folder)[3]?.output).toBe("si 3 gniht fo ruoloc eht");
  });

  it("that is asked in the wrong form fails each sample, in its own words", async () => {
    await using project = await makeProject({
      suite: suite(`${service.url}/text`, "options: { preset: langserve }"),
      rows: 3,
    });
    const { code, stderr } = await project.run("run", "suite.yaml", "--no-report");
    expect(code).toBe(3);
    expect(stderr).toMatch(/the first: .*HTTP 422.*valid dictionary/u);
  });
});
