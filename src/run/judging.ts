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

/** What is known of an answer so far. */
interface Sheet {
  readonly warnings: string[];
  readonly scores: Record<string, JsonValue>;
  readonly unscored: Record<string, { kind: "skipped" | "failed"; reason: string }>;
}

/**
 * Every judge's statistics for one completion. A judge that throws fails its own score and nothing else. Most judges
 * answer at once: then nothing is waited for, which would cost turns of the event loop for every sample.
 */
export function judgeCompletion(judges: readonly Judge[], answered: Answered): Judged | Promise<Judged> {
  const sheet: Sheet = { warnings: outputWarnings(answered.completion, answered.sample), scores: {}, unscored: {} };
  for (const [index, judge] of judges.entries()) {
    const score = scoreOf(judge, answered);
    if (score instanceof Promise) return judgeRest(judges.slice(index), answered, { sheet, score });
    note(sheet, judge, score);
  }
  return judgedOf(sheet);
}

async function judgeRest(
  judges: readonly Judge[],
  answered: Answered,
  { sheet, score: first }: { readonly sheet: Sheet; readonly score: Promise<Score> },
): Promise<Judged> {
  for (const [index, judge] of judges.entries()) {
    let score: Score;
    try {
      score = await (index === 0 ? first : scoreOf(judge, answered));
    } catch (error) {
      score = failed(error);
    }
    note(sheet, judge, score);
  }
  return judgedOf(sheet);
}

function scoreOf(judge: Judge, { completion, sample, origin }: Answered): Score | Promise<Score> {
  try {
    return judge.score(completion, sample, origin);
  } catch (error) {
    return failed(error);
  }
}

function failed(error: unknown): Score {
  return { kind: "failed", error: { code: "E_JUDGE", message: messageOf(error) } };
}

function note({ warnings, scores, unscored }: Sheet, judge: Judge, score: Score): void {
  if (score.kind === "scored") {
    scores[judge.name] = score.stats;
    for (const flag of judge.flags?.(score.stats) ?? []) if (!warnings.includes(flag)) warnings.push(flag);
    return;
  }
  unscored[judge.name] =
    score.kind === "skipped"
      ? { kind: "skipped", reason: score.reason }
      : { kind: "failed", reason: score.error.message };
}

function judgedOf({ warnings, scores, unscored }: Sheet): Judged {
  return {
    ...(warnings.length === 0 ? {} : { warnings }),
    scores,
    ...(Object.keys(unscored).length === 0 ? {} : { unscored }),
  };
}
