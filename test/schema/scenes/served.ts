import { gullibleReply } from "../../fixtures/servers/gullible-judge.ts";
import { scriptedChat } from "../../fixtures/servers/scripted-chat.ts";
import { startScripted } from "../../fixtures/servers/scripted.ts";
import { startKnownDelays } from "../../fixtures/servers/start-known-delays.ts";
import { openScene, type Witness } from "../scene.ts";

const TASK = `version: 1
tasks:
  - task: continue
    dataset: { path: data.jsonl, id: id }
    prompt: "{{ text }}"
    references: "{{ answer }}"
    generate: { max_tokens: 3, temperature: 0 }
`;

/** Models that judge and that write samples in other words. */
export async function models(witness: Witness): Promise<readonly string[]> {
  const judge = (prompt: string): string => gullibleReply(prompt, { opinion: () => ({ score: 7 }) });
  await using server = await startScripted(
    scriptedChat((prompt) =>
      prompt.includes("nonce") ? judge(prompt) : `{"text": "again: ${prompt.split("\n").at(-1) ?? ""}"}`,
    ),
  );
  const suite = `suite: judged
${TASK}    judges: [exact_match, { llm: { model: clerk, rubric: "Is it a colour?", scale: { min: 1, max: 9 } } }]
    perturb: [{ paraphrase: { model: clerk } }]
models:
  - { model: tiny, backend: onnx, checkpoints: checkpoints/ }
judge_models:
  - { model: clerk, backend: openai, url: "${server.origin}" }
`;
  await using scene = await openScene(witness, { rows: 4, suite, foreign: /^checkpoints\// });
  await scene.told("run --dry-run --json", "run", "suite.yaml", "--dry-run", "--json");
  await scene.told("run --json", "run", "suite.yaml", "--json", "--no-report");
  await scene.look();
  return scene.problems;
}

/** A served model under load: with a run, with a service level and a log, a schedule, and none that answers. */
export async function load(witness: Witness): Promise<readonly string[]> {
  await using server = await startKnownDelays({ ttft: 2, gap: 1, tokens: 3 });
  const suite = `suite: served
${TASK}    judges: [exact_match]
models:
  - { model: m, backend: openai, url: "${server.url}", options: { model: known-delays } }
`;
  await using scene = await openScene(witness, { rows: 6, suite, foreign: /^checkpoints\// });
  await scene.told("prompt --json", "prompt", "suite.yaml", "--json");
  await scene.told("run --json", "run", "suite.yaml", "--json", "--no-report");
  const short = ["--output-tokens", "3", "--json"];
  const closed = ["-c", "1,2", "--requests", "20", "--repeats", "2", "--log", "requests.jsonl"];
  await scene.told("bench --json", "bench", "--run", "latest", ...closed, "--slo", "ttft=1s,e2e=5s", ...short);
  const swept = ["--duration", "200ms", "--warmup", "0", "--repeats", "1", "-c", "1,2"];
  await scene.told("bench --json", "bench", server.url, "--mode", "sweep", ...swept, ...short);
  const open = ["--rate", "40", "--requests", "10", "--warmup", "2", "--repeats", "1", "--no-stream"];
  await scene.told("bench --json", "bench", server.url, ...open, ...short);
  await scene.told("compare --json", "compare", "--json");
  await scene.look();
  return scene.problems;
}
