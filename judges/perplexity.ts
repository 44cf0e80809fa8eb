import { EvalhError } from "../src/core/errors.ts";
import type { Completion } from "../src/core/completion.ts";
import type { JudgeModule, Metric } from "../src/core/judge.ts";
import type { Sample } from "../src/core/sample.ts";
import { attempt } from "./metric/attempt.ts";

/** Natural log-probability of the text, and how long it is. */
type PerplexityStats = {
  readonly logprob: number;
  readonly tokens: number;
  readonly words: number;
  readonly bytes: number;
};

type Unit = "tokens" | "words" | "bytes";

/** A corpus is as perplexing as its summed log-probability over its summed length, not as the mean of its texts. */
function lengthMetric(name: string, unit: Unit, valueOf: (nats: number) => number): Metric<PerplexityStats> {
  return {
    name,
    higherIsBetter: false,
    range: [valueOf(0), Infinity],
    unit: "number",
    perSample: (stats) => valueOf(-stats.logprob / stats[unit]),
    sufficient: (stats) => ({
      n: stats.length,
      width: 2,
      rows: Float64Array.from(stats.flatMap((one) => [one.logprob, one[unit]])),
      proportion: false,
      mean: false,
      scale: 1,
      value: (sums) => valueOf(-(sums[0] as number) / (sums[1] as number)),
    }),
  };
}

/** Words as lm-eval counts them: pieces between runs of white space, empty ones at the ends included. */
function countWords(text: string): number {
  return text.split(/[\t-\r\x1c- \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/).length;
}

function statsOf(completion: Completion, sample: Sample): PerplexityStats {
  const scored = completion.choices?.[0];
  if (scored === undefined || sample.choices !== undefined) {
    throw new EvalhError("E_JUDGE", "perplexity needs the log-probability of a text.", {
      hint: "Use it in a task of kind perplexity or loglikelihood.",
    });
  }
  // A loglikelihood task scores references, a perplexity task the prompt.
  const text = sample.references[0] ?? sample.input;
  const bytes = Buffer.byteLength(text);
  if (scored.tokens === 0 || bytes === 0) throw new EvalhError("E_JUDGE", "There was no text to score.");
  if (Number.isNaN(scored.logprob)) throw new EvalhError("E_JUDGE", "The backend gave no log-probability.");
  return { logprob: scored.logprob, tokens: scored.tokens, words: countWords(text), bytes };
}

export const perplexity: JudgeModule = {
  name: "perplexity",
  summary: "How surprising the text is to the model: perplexity per token, word and byte, and bits per byte.",
  reference: "lm_eval 0.4.13 word_perplexity, byte_perplexity, bits_per_byte",
  needsReferences: false,
  options: { type: "object", additionalProperties: false, properties: {} },
  example: {
    output: "",
    references: ["bold"],
    logprobs: [4 * Math.log(0.5)],
    values: { byte_perplexity: 2, bits_per_byte: 1 },
  },
  create: () => ({
    name: "perplexity",
    version: "1",
    signature: "lm_eval:0.4.13",
    metrics: [
      lengthMetric("token_perplexity", "tokens", Math.exp),
      lengthMetric("word_perplexity", "words", Math.exp),
      lengthMetric("byte_perplexity", "bytes", Math.exp),
      lengthMetric("bits_per_byte", "bytes", (nats) => nats / Math.LN2),
    ],
    score: (completion, sample) => attempt(() => statsOf(completion, sample)),
  }),
};
