import type { Completion } from "../core/completion.ts";
import { messageOf } from "../core/errors.ts";
import type { AnswerOrigin, Judge, Score } from "../core/judge.ts";
import type { JsonValue } from "../core/json.ts";
import type { Sample } from "../core/sample.ts";
import { outputWarnings } from "../../judges/output-warnings.ts";
import type { SampleRecord } from "./store/records.ts";

type Judged = Pick<SampleRecord, "scores" | "unscored" | "warnings">;

/** One answer and what is known about it. */
export interface Answered {
  readonly completion: Completion;
  readonly sample: Sample;
  readonly origin: AnswerOrigin;
}

/** Every judge's statistics for one completion. A judge that throws fails its own score and nothing else. */
export async function judgeCompletion(
  judges: readonly Judge[],
  { completion, sample, origin }: Answered,
): Promise<Judged> {
  const warnings: string[] = outputWarnings(completion, sample);
  const scores: Record<string, JsonValue> = {};
  const unscored: Record<string, { kind: "skipped" | "failed"; reason: string }> = {};
  let scoredAll = true;
  for (const judge of judges) {
    let score: Score;
    try {
      // Most judges answer at once; awaiting them would cost a turn of the event loop each.
      const result = judge.score(completion, sample, origin);
      score = result instanceof Promise ? await result : result;
    } catch (error) {
      score = { kind: "failed", error: { code: "E_JUDGE", message: messageOf(error) } };
    }
    if (score.kind === "scored") {
      scores[judge.name] = score.stats;
      for (const flag of judge.flags?.(score.stats) ?? []) if (!warnings.includes(flag)) warnings.push(flag);
      continue;
    }
    scoredAll = false;
    unscored[judge.name] =
      score.kind === "skipped"
        ? { kind: "skipped", reason: score.reason }
        : { kind: "failed", reason: score.error.message };
  }
  return {
    ...(warnings.length === 0 ? {} : { warnings }),
    scores,
    ...(scoredAll ? {} : { unscored }),
  };
}
