import type { Completion } from "../../core/completion.ts";
import type { SampleRecord } from "./records.ts";

/** The part of a sample's line that holds what the model answered. */
export function storedCompletion(
  completion: Completion,
): Pick<SampleRecord, "output" | "finish" | "tokens" | "ms" | "choices" | "logprobs"> {
  const { text, finish, tokens, timings, choices, logprobs } = completion;
  return {
    output: text,
    finish,
    ...(tokens === undefined ? {} : { tokens: [tokens.prompt, tokens.completion] as const }),
    ...(timings === undefined ? {} : { ms: Math.round(timings.totalMs * 100) / 100 }),
    ...(choices === undefined
      ? {}
      : {
          choices: choices.map((choice) =>
            choice.greedy === undefined
              ? ([choice.logprob, choice.tokens] as const)
              : ([choice.logprob, choice.tokens, choice.greedy ? 1 : 0] as const),
          ),
        }),
    ...(logprobs === undefined ? {} : { logprobs }),
  };
}

/** The completion of a stored sample, for judging it again. */
export function restoredCompletion(record: SampleRecord): Completion {
  const { output, finish, tokens, ms, choices, logprobs } = record;
  return {
    text: output,
    finish,
    ...(tokens === undefined ? {} : { tokens: { prompt: tokens[0], completion: tokens[1] } }),
    ...(ms === undefined ? {} : { timings: { totalMs: ms } }),
    ...(choices === undefined
      ? {}
      : {
          choices: choices.map(([logprob, count, greedy]) =>
            greedy === undefined ? { logprob, tokens: count } : { logprob, tokens: count, greedy: greedy === 1 },
          ),
        }),
    ...(logprobs === undefined ? {} : { logprobs }),
  };
}
