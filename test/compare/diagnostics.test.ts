import { describe, expect, it } from "vitest";

import type { AnswerFact, TaskFacts } from "../../src/compare/answer-facts.ts";
import { buildComparison } from "../../src/compare/compare.ts";
import { curveDiagnostics } from "../../src/compare/diagnose/curves.ts";
import { taskDiagnostics } from "../../src/compare/learning.ts";
import { readRun } from "../../src/compare/run-data.ts";
import type { TrainingPoint } from "../../src/core/series.ts";
import { diagnose } from "../../src/stats/generalisation.ts";
import { answerTo, makeRun } from "../fixtures/runs/make-run.ts";

function facts(n: number, part: (i: number) => Partial<AnswerFact>, kind = "generate"): TaskFacts {
  const answers = Array.from({ length: n }, (_, i) => ({
    ordinal: i,
    right: true,
    output: `out ${i}`,
    finish: "stop" as const,
    references: [`ref ${i}`],
    slices: {},
    before: {},
    ...part(i),
  }));
  return { task: "quiz", kind, checkpoint: "m/checkpoint-9", first: "m/checkpoint-0", answers };
}

const kindsOf = (task: TaskFacts, text: Parameters<typeof taskDiagnostics>[1] = null): string[] =>
  taskDiagnostics(task, text).map(({ kind }) => kind);

describe("diagnoses of answers", () => {
  it("say nothing where nothing is wrong", () => {
    expect(kindsOf(facts(50, () => ({})))).toEqual([]);
    expect(kindsOf(facts(50, (i) => ({ right: i % 2 === 0 })))).toEqual([]);
  });

  it("find wrong answers that the token limit cut", () => {
    const task = facts(50, (i) => ({ right: i >= 20, finish: i < 15 ? "length" : "stop" }));
    expect(taskDiagnostics(task, null)[0]?.text).toContain("quiz, checkpoint-9: 15 of 20 wrong answers were cut");
    expect(kindsOf(facts(50, (i) => ({ right: i >= 20, finish: i < 5 ? "length" : "stop" })))).toEqual([]);
  });

  it("find right answers among other words, whatever their case, but not parts of words", () => {
    const buried = facts(20, (i) => ({ right: i >= 10, output: `I think it is Ref ${i}.` }));
    expect(taskDiagnostics(buried, null)[0]?.text).toContain("10 of 10 wrong answers hold the right one");
    expect(kindsOf(facts(20, (i) => ({ right: false, output: `pref ${i}`, references: ["ref"] })))).toEqual([]);
  });

  it("find a model that gives one answer to everything, unless it is what was asked", () => {
    const same = facts(40, (i) => ({ right: false, output: i < 30 ? "the same" : `o${i}` }));
    expect(taskDiagnostics(same, null)[0]?.text).toContain(`the same answer "the same" to 30 of 40 samples`);
    expect(kindsOf(facts(40, () => ({ output: "the same", references: ["the same"] })))).toEqual([]);
  });

  it("find empty answers", () => {
    expect(kindsOf(facts(40, (i) => ({ right: i > 10, output: i < 8 ? " " : `o${i}` })))).toEqual(["empty-answers"]);
  });

  it("find wrong answers where the training data is thin", () => {
    const task = facts(100, (i) => ({
      right: i >= 12 && i !== 50 && i !== 51,
      slices: { chapter: i < 20 ? "rare" : "common" },
    }));
    const text = { slices: { chapter: { rare: 7, common: 900 } }, targets: null };
    expect(taskDiagnostics(task, text).map((each) => each.text)).toEqual([
      "quiz, checkpoint-9: 12 of 14 wrong answers are in slices of chapter with fewer than 20 training samples (60 % wrong there, 3 % elsewhere); collect or oversample them",
    ]);
    expect(kindsOf(task, { slices: { chapter: { rare: 70, common: 900 } }, targets: null })).toEqual([]);
  });

  it("know rare answers from the training targets too", () => {
    const task = facts(
      60,
      (i) => ({ right: i >= 15, references: [i < 20 ? "b" : "a"], output: i < 15 ? "a" : "x" }),
      "choice",
    );
    const text = { slices: {}, targets: { a: 500, b: 3 } };
    expect(taskDiagnostics(task, text)[0]?.text).toContain("15 of 15 wrong answers are in answers with fewer than 20");
  });

  it("find rare cases that the loss neglects", () => {
    const was = (right: boolean) => ({ "m/checkpoint-0": right });
    const task = facts(80, (i) => ({
      slices: { chapter: i < 20 ? "rare" : "common" },
      before: was(i % 10 === 0),
      right: i < 20 ? i % 10 === 0 : i % 10 !== 1,
    }));
    const text = { slices: { chapter: { rare: 7, common: 900 } }, targets: null };
    const said = taskDiagnostics(task, text).find(({ kind }) => kind === "neglected-rare-cases")?.text;
    expect(said).toContain("the loss weighs rare cases too little");
    expect(said).toContain("went from 10 % to 90 % right, rarer ones from 10 % to 10 %");
  });

  it("find the slice that was forgotten", () => {
    const task = facts(80, (i) => ({
      slices: { chapter: i < 20 ? "eye" : "ear" },
      before: { "m/checkpoint-0": true },
      right: i >= 15,
    }));
    expect(taskDiagnostics(task, null)[0]?.text).toContain("15 of 15 answers that checkpoint-0 still had right");
    expect(taskDiagnostics(task, null)[0]?.text).toContain("chapter=eye (15 of 20 lost there)");
  });
});

/** A training that goes well for 100 steps and explodes at 110. */
const diverging = (part: (step: number) => Partial<TrainingPoint>): TrainingPoint[] =>
  Array.from({ length: 16 }, (_, i) => {
    const step = i * 10;
    const loss = step <= 100 ? 3 - 0.015 * step : Number.NaN;
    return { step, trainLoss: loss, evalLoss: loss + 0.2, ...part(step) };
  });

const said = (points: readonly TrainingPoint[], ship: number | null = null): string[] =>
  curveDiagnostics(points, diagnose(points), ship).map(({ kind }) => kind);

describe("diagnoses of curves", () => {
  it("find a learning rate that spikes before the divergence", () => {
    const points = diverging((step) => ({ learningRate: step === 100 ? 5e-3 : 1e-3 }));
    expect(diagnose(points).verdict).toBe("diverged");
    expect(curveDiagnostics(points, diagnose(points), null)[0]?.text).toMatch(
      /the learning rate spikes to 0.005 at step 100, 5 times the usual 0.001, before the divergence at step/,
    );
    expect(said(diverging(() => ({ learningRate: 1e-3 })))).toEqual([]);
    // A decaying rate is higher at first, long before.
    expect(said(diverging((step) => ({ learningRate: 1e-2 / (1 + step) })))).toEqual([]);
  });

  it("find a warm-up that went too high", () => {
    expect(said(diverging((step) => ({ learningRate: 1e-4 * (1 + step) })))).toEqual(["warm-up"]);
  });

  it("find a gradient that rises, and one that breaks at once", () => {
    expect(said(diverging((step) => ({ gradNorm: step < 100 ? 1 : 400 })))).toEqual(["gradient-spike"]);
    expect(said(diverging((step) => ({ gradNorm: step <= 100 ? 1 : Number.NaN })))).toEqual(["broken-gradient"]);
  });

  it("find epochs that were for nothing, if the scores agree", () => {
    const points = Array.from({ length: 20 }, (_, i) => ({
      step: i * 10,
      epoch: i / 2,
      trainLoss: 3 - i * 0.14,
      evalLoss: i < 6 ? 3 - i * 0.2 : 2 + (i - 6) * 0.12,
    }));
    expect(diagnose(points).verdict).toBe("overfit");
    expect(said(points)).toEqual(["late-epochs"]);
    expect(said(points, 190)).toEqual([]);
  });
});

describe("a comparison", () => {
  it("holds the diagnoses of its run", async () => {
    const folder = await makeRun({
      n: 30,
      checkpoints: [
        { name: "checkpoint-0", step: 0, answer: (i) => (i === 0 ? answerTo(i) : "yes") },
        { name: "checkpoint-9", step: 9, answer: (i) => (i < 10 ? answerTo(i) : `it is ${answerTo(i)}`) },
      ],
    });
    const { learning } = await buildComparison(await readRun(folder));
    expect(learning.diagnostics.map(({ kind, checkpoint }) => ({ kind, checkpoint }))).toEqual([
      { kind: "buried-answers", checkpoint: "toy/checkpoint-9" },
    ]);
  });
});
