import { execFileSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { Project } from "../cli/project.ts";
import { pythonOf, skipAloud } from "./environment.ts";
import { startService, type Service } from "./service.ts";
import { storedAnswers } from "./stored.ts";
import { makeLlamaProject, WRITE, type ExpectedLlama } from "./tiny-llama.ts";

/** Absolute path of a program on the PATH; null where there is none, which is said aloud. */
function programOf(name: string): string | null {
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return join(folder, name);
    } catch {
      // Not in this folder.
    }
  }
  skipAloud(`a real ${name}`, "no such program on the PATH", `install ${name}`);
  return null;
}

const ollama = programOf("ollama");
const python = pythonOf("ml");
const suite = (url: string): string => `suite: served
version: 1
tasks:
${WRITE}models:
  - { model: tiny, backend: openai, url: "${url}/v1", model_name: tiny, options: { api: completions } }
`;

describe.skipIf(ollama === null || python === null)("a real Ollama", () => {
  let project: Project;
  let expected: ExpectedLlama;
  let service: Service;
  beforeAll(async () => {
    ({ project, expected } = await makeLlamaProject(python ?? "", {}));
    const own = (port: number): Record<string, string> => ({
      HOME: project.folder,
      OLLAMA_HOST: `127.0.0.1:${port}`,
      OLLAMA_MODELS: join(project.folder, "ollama"),
    });
    service = await startService(ollama ?? "", { args: () => ["serve"], ready: "/api/version", env: own });
    // Its default of 1.1 changes greedy answers too, and no request can turn it off.
    await project.write("Modelfile", "FROM ./f32.gguf\nPARAMETER repeat_penalty 1\n");
    const env = { ...process.env, ...own(Number(new URL(service.url).port)) };
    execFileSync(ollama ?? "", ["create", "tiny", "-f", "Modelfile"], { cwd: project.folder, stdio: "pipe", env });
    await project.write("suite.yaml", suite(service.url));
  });
  afterAll(async () => {
    await service[Symbol.asyncDispose]();
    await project[Symbol.asyncDispose]();
  });

  it("is recognised by doctor, and writes what transformers writes", async () => {
    const looked = await project.run("doctor", "--base-url", `${service.url}/v1`, "--model", "tiny");
    expect(looked.stdout).toMatch(/\(Ollama [\d.]+\)/u);
    const { code, stderr } = await project.run("run", "suite.yaml", "--no-report");
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const answers = storedAnswers(project.folder);
    expect(Object.fromEntries(answers.map(({ id, output }) => [id, output]))).toEqual(expected.texts);
  });
});
