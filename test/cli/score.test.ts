import { describe, expect, it } from "vitest";

import { makeProject } from "./project.ts";

interface Printed {
  readonly n: number;
  readonly scores: readonly {
    readonly metric: string;
    readonly skipped: number;
    readonly score: { readonly value: number; readonly n: number } | null;
  }[];
}

describe("evalh score --judge", () => {
  it("judges pairs from a file by several judges, however many there are", async () => {
    await using project = await makeProject();
    const pair = (i: number): string => JSON.stringify({ output: i % 4 === 0 ? "blue" : "red", reference: "red" });
    await project.write("pairs.jsonl", Array.from({ length: 2_500 }, (_, i) => pair(i)).join("\n"));
    const { code, stdout } = await project.run("score", "pairs.jsonl", "--judge", "exact_match", "rouge", "--json");
    expect(code).toBe(0);
    const printed = JSON.parse(stdout) as Printed;
    expect(printed.n).toBe(2_500);
    expect(printed.scores.map(({ metric }) => metric)).toEqual([
      "exact_match",
      "rouge1",
      "rouge2",
      "rougeL",
      "rougeLsum",
    ]);
    expect(printed.scores[0]?.score).toMatchObject({ value: 75, n: 2_500 });
  });

  it("counts pairs that cannot be judged instead of scoring them", async () => {
    await using project = await makeProject();
    await project.write("pairs.jsonl", '{"output": "a", "references": []}\n{"output": "a", "references": ["a"]}\n');
    const { stdout } = await project.run("score", "pairs.jsonl", "--judge", "exact_match", "--json");
    expect((JSON.parse(stdout) as Printed).scores[0]).toMatchObject({ skipped: 1, score: { value: 100, n: 1 } });
  });

  it.each([
    ["an unknown judge", ["--judge", "bleo"], '{"output":"a","reference":"a"}', /no judge "bleo"[\s\S]*bleu/],
    ["a line that is not JSON", ["--judge", "bleu"], '{"output":"a","reference":"a"}\nnot json', /pairs\.jsonl:2/],
    ["a line without an output", ["--judge", "bleu"], '{"answer":"a"}', /pairs\.jsonl:1/],
    ["an empty file", ["--judge", "bleu"], "\n", /no pair/],
  ])("says what is wrong about %s", async (_name, flags, text, says) => {
    await using project = await makeProject();
    await project.write("pairs.jsonl", text);
    const { code, stderr } = await project.run("score", "pairs.jsonl", ...flags);
    expect(stderr).toMatch(says);
    expect(stderr).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m);
    expect(code).toBe(2);
  });
});
