import { describe, expect, it } from "vitest";

import { gullibleJudge } from "../fixtures/servers/gullible-judge.ts";
import { startScripted } from "../fixtures/servers/scripted.ts";
import { makeProject } from "./project.ts";

interface Result {
  readonly checkpoints: readonly {
    readonly scores: Readonly<
      Record<string, { readonly value: number; readonly n: number; readonly delta: object | null }>
    >;
  }[];
}

const suite = (origin: string): string => `suite: judged
version: 1
tasks:
  - task: continue
    dataset: { path: data.jsonl, id: id }
    prompt: "{{ text }}"
    references: "{{ answer }}"
    generate: { max_tokens: 4 }
    judges:
      - llm: { model: grader, rubric: "Is it a colour?", scale: { min: 1, max: 9 } }
      - llm: { model: grader, against: checkpoint-10 }
        as: versus
models:
  - { model: tiny, backend: onnx, checkpoints: checkpoints/ }
judge_models:
  - { model: grader, backend: openai, url: "${origin}", options: { api_key_env: GRADER_KEY } }
`;

describe("a suite with a model that judges", () => {
  it("scores with it, shows what judging costs, and judges again without asking again", async () => {
    await using server = await startScripted(gullibleJudge({ opinion: () => ({ score: 7 }) }));
    process.env["GRADER_KEY"] = "key-7301";
    await using project = await makeProject({ rows: 6, suite: suite(server.origin) });
    const { code, stdout, stderr } = await project.run("run", "suite.yaml", "--json", "--no-report");
    expect(stderr).not.toContain("error");
    expect(code).toBe(0);
    const [first, second] = (JSON.parse(stdout) as Result).checkpoints;
    expect(first?.scores["continue/llm_score"]).toMatchObject({ value: 7, n: 6 });
    expect(second?.scores["continue/judge_tokens"]).toMatchObject({ value: 220, n: 6 });
    // What tells of the judging alone is shown, never tested.
    const versus = (name: string): unknown => [first, second].map((each) => each?.scores[`continue/${name}`]?.delta);
    expect(versus("judge_tokens")).toEqual([null, null]);
    expect(versus("llm_score")).toContainEqual(expect.objectContaining({ n: 6 }));
    // Both checkpoints are the same weights: their answers are the same, and a model need not be asked.
    expect(second?.scores["continue/versus.llm_win_rate"]).toMatchObject({ value: 50, n: 6 });
    expect(server.received).toHaveLength(6);
    expect(server.received[0]?.headers.authorization).toBe("Bearer key-7301");

    const again = await project.run("score", "--json");
    expect(again.code).toBe(0);
    expect(JSON.parse(again.stdout)).toMatchObject({ judged: 12 });
    expect(server.received).toHaveLength(6);
    const compared = await project.run("compare", "--json");
    expect(
      (JSON.parse(compared.stdout) as Result).checkpoints[0]?.scores["continue/versus.llm_win_rate"],
    ).toMatchObject({
      value: 50,
    });
  });

  it("is checked before anything is asked", async () => {
    await using project = await makeProject({
      suite: suite("http://127.0.0.1:9").replace("model: grader, against", "model: greader, against"),
    });
    const { code, stderr } = await project.run("validate", "suite.yaml");
    expect(code).toBe(2);
    expect(stderr).toContain('there is no model "greader" to judge');
    expect(stderr).toContain('did you mean "grader"?');
  });
});
