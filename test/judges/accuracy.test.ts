import { describe, expect, it } from "vitest";

import { accuracy } from "../../judges/accuracy.ts";
import { judged, likelihoods, metricOf, sampleWith, statsOf, valueOf, written } from "./samples.ts";

const CHOICES = ["ash", "elm tree", "oak"];
const chooser = accuracy.create({}, { choices: CHOICES });

describe("of choices by log-probability", () => {
  it("takes the likeliest choice, the first of equals", async () => {
    const sample = sampleWith(["oak"], CHOICES);
    expect(await chooser.score(likelihoods(-3, -2, -1), sample)).toEqual({
      kind: "scored",
      stats: { correct: true, predicted: 2, target: 2 },
    });
    expect(statsOf(await chooser.score(likelihoods(-1, -2, -1), sample))).toMatchObject({
      correct: false,
      predicted: 0,
    });
  });

  it("can also divide log-probabilities by the choices' characters and bytes", async () => {
    const choices = ["fig", "ööö", "pearls"];
    const judge = accuracy.create({ acc_norm: true }, { choices });
    expect(judge.metrics.map((metric) => metric.name)).toEqual(["accuracy", "acc_norm", "acc_bytes"]);
    // Per character -1, -0.9, -0.5; per byte -1, -0.45, -0.5.
    const stats = statsOf(await judge.score(likelihoods(-3, -2.7, -3), sampleWith(["ööö"], choices)));
    expect(judge.metrics.map((metric) => metric.perSample(stats))).toEqual([100, 0, 100]);
  });

  it("can also count answers among the k likeliest", async () => {
    const judge = accuracy.create({ top_k: 2 }, { choices: CHOICES });
    const second = statsOf(await judge.score(likelihoods(-1, -2, -3), sampleWith(["elm tree"], CHOICES)));
    const third = statsOf(await judge.score(likelihoods(-1, -2, -3), sampleWith(["oak"], CHOICES)));
    expect([second, third].map((stats) => metricOf(judge, "top_2").perSample(stats))).toEqual([100, 0]);
  });

  it("fails a sample whose reference is no choice, or with other numbers of log-probabilities", async () => {
    const unknown = await chooser.score(likelihoods(-1, -2, -3), sampleWith(["2"], CHOICES));
    expect(unknown).toMatchObject({ kind: "failed", error: { code: "E_JUDGE" } });
    expect(await chooser.score(likelihoods(-1, -2), sampleWith(["oak"], CHOICES))).toMatchObject({ kind: "failed" });
    expect(await chooser.score(likelihoods(-1, -2, Number.NaN), sampleWith(["oak"], CHOICES))).toMatchObject({
      kind: "failed",
    });
    const judge = accuracy.create({ top_k: 2 }, { choices: CHOICES });
    expect(await judge.score(written("oak"), sampleWith(["oak"], CHOICES))).toMatchObject({ kind: "failed" });
  });
});

describe("of generated text", () => {
  it("accepts a text that equals a reference but for white space at its ends", async () => {
    const judge = accuracy.create({}, {});
    expect(await valueOf(judge, "accuracy", " oak\n", "elm", "oak ")).toBe(100);
    expect(await valueOf(judge, "accuracy", "Oak", "oak")).toBe(0);
  });

  it("notes which choice was written, and null where it was none, which is wrong", async () => {
    const stats = async (text: string): Promise<unknown> =>
      statsOf(await chooser.score(written(text), sampleWith(["oak"], CHOICES)));
    expect(await stats("elm tree")).toEqual({ correct: false, predicted: 1, target: 2 });
    expect(await stats("It is an oak.")).toEqual({ correct: false, predicted: null, target: 2 });
    expect(chooser.flags?.({ correct: false, predicted: null, target: 2 })).toEqual(["not_extracted"]);
    expect(chooser.flags?.({ correct: false, predicted: 1, target: 2 })).toEqual([]);
  });

  it("reads the answer as its options say", async () => {
    const options = { extract: "(?i)answer:\\s*(.+)", ignore_case: true, first_line: true };
    const judge = accuracy.create(options, { choices: CHOICES });
    const sample = sampleWith(["elm tree"], CHOICES);
    const value = async (text: string): Promise<number> =>
      metricOf(judge, "accuracy").perSample(statsOf(await judge.score(written(text), sample)));
    expect(await value("ANSWER: Elm Tree\nBecause")).toBe(100);
    expect(await value("Well\nAnswer: elm tree")).toBe(0);
    expect(await value("elm tree")).toBe(0);
  });

  it("refuses a pattern that is none", () => {
    expect(() => accuracy.create({ extract: "(" }, {})).toThrow("is invalid at character");
  });
});

it("asks in a loglikelihood task whether greedy decoding would write a reference", async () => {
  const judge = accuracy.create({}, {});
  const score = (greedy: boolean | undefined): unknown =>
    judge.score(
      {
        text: "",
        finish: "scored",
        choices: [{ logprob: -1, tokens: 1, ...(greedy === undefined ? {} : { greedy }) }],
      },
      sampleWith(["oak"]),
    );
  expect(await score(true)).toEqual({ kind: "scored", stats: { correct: true } });
  expect(await score(false)).toEqual({ kind: "scored", stats: { correct: false } });
  expect(await score(undefined)).toMatchObject({ kind: "failed" });
});

it("skips a sample without a reference", async () => {
  expect(await judged(accuracy.create({}, {}), "oak")).toEqual({ kind: "skipped", reason: "no reference" });
});
