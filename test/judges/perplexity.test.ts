import { expect, it } from "vitest";

import { perplexity } from "../../judges/perplexity.ts";
import type { JsonValue } from "../../src/core/json.ts";
import type { Sample } from "../../src/core/sample.ts";
import { likelihoods, metricOf, sampleWith, statsOf, total, written } from "./samples.ts";

const judge = perplexity.create({}, {});

async function statsFor(logprob: number, sample: Sample): Promise<JsonValue> {
  return statsOf(await judge.score(likelihoods(logprob), sample));
}

it("weighs texts by their length, not alike", async () => {
  const prompt = (input: string): Sample => ({ id: "p", input, references: [], metadata: {} });
  const stats = [await statsFor(8 * Math.log(0.5), prompt("two words")), await statsFor(Math.log(0.25), prompt("ö"))];
  expect(stats[0]).toEqual({ logprob: 8 * Math.log(0.5), tokens: 2, words: 2, bytes: 9 });
  const value = (name: string): number => total(metricOf(judge, name), stats);
  expect(value("token_perplexity")).toBeCloseTo(2 ** (10 / 4), 9);
  expect(value("word_perplexity")).toBeCloseTo(2 ** (10 / 3), 9);
  expect(value("byte_perplexity")).toBeCloseTo(2 ** (10 / 11), 9);
  expect(value("bits_per_byte")).toBeCloseTo(10 / 11, 9);
});

it("measures the reference where one was scored", async () => {
  expect(await statsFor(-1, sampleWith(["abc de"]))).toMatchObject({ bytes: 6, words: 2 });
});

it("counts words between white space as lm-eval does, empty ones at the ends too", async () => {
  expect(await statsFor(-1, sampleWith([" a\n\nb "]))).toMatchObject({ words: 4 });
});

it("fails where no text was scored", async () => {
  const kinds = await Promise.all([
    judge.score(written("text"), sampleWith(["a"])),
    judge.score(likelihoods(-1), sampleWith([""])),
    judge.score(likelihoods(Number.NaN), sampleWith(["a"])),
    judge.score(likelihoods(-1, -2), sampleWith(["a"], ["a", "b"])),
  ]);
  expect(kinds.map((score) => score.kind)).toEqual(["failed", "failed", "failed", "failed"]);
});
