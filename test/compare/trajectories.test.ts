import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { buildComparison } from "../../src/compare/compare.ts";
import { readRun } from "../../src/compare/run-data.ts";
import { forgettingOf, taskTrajectories, TRAJECTORIES, trajectoryOf } from "../../src/compare/trajectories.ts";
import { answerTo, makeRun } from "../fixtures/runs/make-run.ts";

/** "+-+": right, wrong, right. */
const of = (signs: string): ReturnType<typeof trajectoryOf> => trajectoryOf(Array.from(signs, (sign) => sign === "+"));

describe("the trajectory of a sample", () => {
  it.each([
    ["+++", "always"],
    ["---", "never"],
    ["--+", "learned"],
    ["+--", "forgotten"],
    ["-+-", "forgotten"],
    ["+-+", "flip_flop"],
    ["-+-+", "flip_flop"],
    ["+-+-", "flip_flop"],
  ])("%s is %s", (signs, trajectory) => {
    expect(of(signs)).toBe(trajectory);
  });

  it("needs two answers", () => {
    expect(of("+")).toBeNull();
    expect(of("")).toBeNull();
  });

  it("ends right where it is learned and wrong where it is forgotten", () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 2, maxLength: 12 }), (answers) => {
        const found = trajectoryOf(answers);
        if (found === "learned" || found === "always") expect(answers.at(-1)).toBe(true);
        if (found === "forgotten" || found === "never") expect(answers.at(-1)).toBe(false);
        expect(new Set(answers).size === 1).toBe(found === "always" || found === "never");
      }),
    );
  });
});

/** Samples 0..5 as their checkpoints answer: one row a checkpoint. */
async function run(rows: readonly string[], steps = [0, 10, 20]): Promise<Awaited<ReturnType<typeof readRun>>> {
  const folder = await makeRun({
    n: rows[0]?.length ?? 0,
    checkpoints: rows.map((signs, at) => ({
      name: `checkpoint-${steps[at]}`,
      step: steps[at] ?? null,
      answer: (i) => (signs[i] === "+" ? answerTo(i) : signs[i] === "x" ? null : "no"),
    })),
  });
  return readRun(folder);
}

describe("a run's trajectories", () => {
  it("count every sample once and name those that did not just learn", async () => {
    const data = await run(["-+-++-", "++--+-", "+--++-"]);
    const [found] = taskTrajectories(data);
    expect(found).toMatchObject({ task: "quiz", metric: "quiz/exact_match", n: 6 });
    expect(found?.counts).toEqual({ always: 1, learned: 1, forgotten: 1, flip_flop: 1, never: 2 });
    expect(found?.samples).toEqual({ forgotten: [1], flip_flop: [3], never: [2, 5] });
    expect(TRAJECTORIES.reduce((sum, name) => sum + (found?.counts[name] ?? 0), 0)).toBe(found?.n);
  });

  it("leave out what only one checkpoint scored", async () => {
    const [found] = taskTrajectories(await run(["x+", "x+", "-+"]));
    expect(found).toMatchObject({ n: 1, counts: { always: 1, never: 0 } });
  });

  it("need a series", async () => {
    expect(taskTrajectories(await run(["++"]))).toEqual([]);
  });
});

describe("forgetting", () => {
  it("is what the base model had right and the checkpoint to ship has not", async () => {
    const data = await run(["+++--", "++--+", "-+--+"]);
    const [found] = forgettingOf(data, "toy/checkpoint-10");
    expect(found).toMatchObject({ n: 5, kept: 2, lost: 1, gained: 1, p: 1, samples: [2] });
    const [last] = forgettingOf(data, null);
    expect(last).toMatchObject({ checkpoint: "toy/checkpoint-20", kept: 1, lost: 2, samples: [0, 2] });
  });

  it("is not known without the base model", async () => {
    expect(forgettingOf(await run(["++", "+-"], [10, 20]), null)).toEqual([]);
  });

  it("reaches the comparison with the samples' ids", async () => {
    const { learning } = await buildComparison(await run(["++--", "-+++", "-+++"]));
    expect(learning.forgetting[0]).toMatchObject({ lost: 1, samples: [0] });
    expect(learning.ids).toEqual({ quiz: { 0: "q0" } });
    expect(learning.memorisation).toBeNull();
  });
});
