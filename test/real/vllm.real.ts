import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { makeProject, type Project } from "../cli/project.ts";
import { pythonOf } from "./environment.ts";
import { startService, type Service } from "./service.ts";
import { storedAnswers } from "./stored.ts";
import { makeLlamaProject, PICK, ROWS, WRITE, type ExpectedLlama } from "./tiny-llama.ts";

const server = pythonOf("vllm");
const python = pythonOf("ml");
const SAMPLED = WRITE.replace("temperature: 0 }", "temperature: 1 }\n    repeats: 3");
const suite = (tasks: string, model: string): string => `suite: served
version: 1
tasks:
${tasks}models:
  - { model: tiny, backend: openai, ${model} }
`;

describe.skipIf(server === null || python === null)("a real vLLM, on the processor", () => {
  let project: Project;
  let expected: ExpectedLlama;
  beforeAll(async () => {
    ({ project, expected } = await makeLlamaProject(python ?? "", {
      suite: suite(WRITE, 'url: "http://127.0.0.1:9"'),
    }));
  });
  afterAll(() => project[Symbol.asyncDispose]());

  const start = (...more: readonly string[]): Promise<Service> =>
    startService(server ?? "", {
      args: (port) => [
        ...`-m vllm.entrypoints.openai.api_server --served-model-name tiny --host 127.0.0.1 --port ${port}`.split(" "),
        ...`--enforce-eager --max-model-len 128 --dtype float32 --model ${project.folder}/pytorch`.split(" "),
        ...more,
      ],
      ready: "/health",
      env: () => ({
        VLLM_TARGET_DEVICE: "cpu",
        VLLM_CPU_KVCACHE_SPACE: "1",
        VLLM_NO_USAGE_STATS: "1",
        VLLM_ALLOW_RUNTIME_LORA_UPDATING: "True",
        HF_HUB_OFFLINE: "1",
        OMP_NUM_THREADS: "1",
      }),
    });

  it("gives the texts and log-probabilities of transformers, and draws by the seed alone", async () => {
    await using service = await start();
    const model = `url: "${service.url}/v1", options: { api: completions }`;
    await project.write("suite.yaml", suite(WRITE + PICK, model));
    const { code, stderr } = await project.run("run", "suite.yaml", "--no-report");
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const answers = storedAnswers(project.folder);
    expect(answers).toHaveLength(2 * ROWS);
    for (const { task, id, output, choices } of answers) {
      if (task === "write") expect(output, id).toBe(expected.texts[id]);
      for (const [at, [value]] of (choices ?? []).entries()) {
        expect(Math.abs(value - (expected.choices[id]?.[at] ?? NaN)), id).toBeLessThan(1e-3);
      }
    }
    expect(answers.filter(({ choices }) => choices?.length === 3)).toHaveLength(ROWS);

    const drawn: string[][] = [];
    for (const concurrency of ["1", "9"]) {
      await using other = await makeProject({ suite: suite(SAMPLED, model) });
      const flags = ["--no-report", "--no-cache", "--concurrency", concurrency];
      expect(await other.run("run", "suite.yaml", ...flags)).toMatchObject({ code: 0 });
      drawn.push(storedAnswers(other.folder).map(({ output }) => output));
    }
    expect(drawn[0]).toEqual(drawn[1]);
    expect(new Set(drawn[0]).size).toBeGreaterThan(6);

    const load = ["--suite", "suite.yaml", "--requests", "8", "--concurrency", "1,2", "--repeats", "1", "--json"];
    const { stdout } = await project.run("bench", `${service.url}/v1`, "--api", "completions", ...load);
    const { stages } = JSON.parse(stdout) as { stages: readonly { requests: { completed: number } }[] };
    expect(stages.map(({ requests }) => requests.completed)).toEqual([8, 8]);
  });

  it("loads a trainer's adapters one after the other, which answer as under PEFT", async () => {
    await using service = await start("--enable-lora", "--max-lora-rank", "8");
    const options = "options: { api: completions, load_adapters: true }";
    await project.write("adapters.yaml", suite(WRITE, `url: "${service.url}/v1", checkpoints: adapters/, ${options}`));
    const { code, stderr } = await project.run("run", "adapters.yaml", "--no-report", "--output", "adapter-runs");
    expect({ code, stderr }).toMatchObject({ code: 0 });
    for (const name of ["checkpoint-1", "checkpoint-2"]) {
      const answers = storedAnswers(project.folder, name, "adapter-runs");
      expect(answers).toHaveLength(ROWS);
      for (const { id, output } of answers) {
        // Where the token limit cuts a character in two, transformers shows U+FFFD and vLLM nothing.
        expect(output, id).toBe(expected.adapters[name]?.[id]?.replace(/\uFFFD+$/u, ""));
      }
    }
    expect(expected.adapters["checkpoint-2"]).not.toEqual(expected.texts);
  });
});
