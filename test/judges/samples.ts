import * as fc from "fast-check";

import type { Completion } from "../../src/core/completion.ts";
import type { JsonValue } from "../../src/core/json.ts";
import type { Judge, Metric, Score } from "../../src/core/judge.ts";
import type { Sample } from "../../src/core/sample.ts";

/** A text that a model wrote. */
export function written(text: string): Completion {
  return { text, finish: "stop" };
}

/** Choices or texts whose likelihood was asked. */
export function likelihoods(...logprobs: readonly number[]): Completion {
  return { text: "", finish: "scored", choices: logprobs.map((logprob) => ({ logprob, tokens: 2 })) };
}

export function sampleWith(references: readonly string[], choices?: readonly string[]): Sample {
  return { id: "s", input: "Say it.", references, metadata: {}, ...(choices === undefined ? {} : { choices }) };
}

/** What a judge makes of one text with one reference. */
export async function judged<S extends JsonValue>(
  judge: Judge<S>,
  text: string,
  ...references: string[]
): Promise<Score<S>> {
  return judge.score(written(text), sampleWith(references));
}

export function statsOf<S extends JsonValue>(score: Score<S>): S {
  if (score.kind !== "scored") throw new Error(`the sample was ${score.kind}`);
  return score.stats;
}

/** The per-sample value of a metric, by name. */
export async function valueOf(judge: Judge, metric: string, text: string, ...references: string[]): Promise<number> {
  return metricOf(judge, metric).perSample(statsOf(await judged(judge, text, ...references)));
}

export function metricOf<S extends JsonValue>(judge: Judge<S>, name: string): Metric<S> {
  const metric = judge.metrics.find((one) => one.name === name);
  if (metric === undefined) throw new Error(`${judge.name} has no metric ${name}`);
  return metric;
}

/** A metric's value over many samples. */
export function total<S extends JsonValue>(metric: Metric<S>, stats: readonly S[]): number {
  const sufficient = metric.sufficient(stats);
  const sums = new Float64Array(sufficient.width);
  for (const [index, cell] of sufficient.rows.entries()) {
    sums[index % sums.length] = (sums[index % sums.length] as number) + cell;
  }
  return sufficient.value(sums, sufficient.n);
}

/** UTF-16 units of any kind, lone surrogates among them. */
export function anyText(maxLength = 40): fc.Arbitrary<string> {
  const unit = fc.oneof(fc.integer({ min: 0, max: 0x7f }), fc.integer({ min: 0, max: 0xffff }));
  return fc.array(unit, { maxLength }).map((units) => String.fromCharCode(...units));
}
