import type { Outcome } from "../../core/backend.ts";
import type { Completion } from "../../core/completion.ts";
import type { Task } from "../../suite/suite.ts";
import type { Ask } from "../ask.ts";
import type { AnswerStore } from "./answer-store.ts";
import { isSampled, questionKeys } from "./question-key.ts";
import { createRecentAnswers, type RecentAnswers } from "./recent-answers.ts";

/** How many answers needed no asking. */
export interface CacheCount {
  known: number;
}

export interface CachedAskOptions {
  readonly task: Task;
  /** What seeds derive from. */
  readonly seedBase: string;
  /** Answers of earlier runs; null where they are not to be trusted. */
  readonly store: AnswerStore | null;
  /** Whether any question comes more than once. */
  readonly repeats: boolean;
  readonly count: CacheCount;
}

/** An answer that is worth keeping: errors, empty and withheld texts may be the server's mishap. */
function isUsable({ text, finish }: Completion): boolean {
  return text.trim() !== "" ? finish !== "filter" : finish === "scored";
}

/** JSON has no NaN and no infinity: such numbers would come back as null. */
function survivesJson({ logprobs, choices }: Completion): boolean {
  return (logprobs ?? []).every(Number.isFinite) && (choices ?? []).every(({ logprob }) => Number.isFinite(logprob));
}

/** A kept answer has no timings: they were another request's. */
export function withoutTimings(completion: Completion): Completion {
  const { timings, ...kept } = completion;
  return timings === undefined ? completion : kept;
}

/** Answers to questions already asked, in this run or an earlier one. */
interface Memory {
  find(key: string): Promise<readonly Completion[] | null>;
  keep(key: string, answers: readonly Completion[]): void;
}

function memoryOf(recent: RecentAnswers | null, store: AnswerStore | null): Memory {
  return {
    find: async (key) => recent?.get(key) ?? (await store?.get(key)) ?? null,
    keep(key, answers) {
      recent?.put(key, answers);
      if (answers.every(survivesJson)) store?.put(key, answers);
    },
  };
}

/** Passes outcomes on and gives them to `keep` in the batch's order once every one of them is worth keeping. */
async function* keeping(
  outcomes: AsyncIterable<Outcome<Completion>>,
  size: number,
  keep: (answers: readonly Completion[]) => void,
): AsyncGenerator<Outcome<Completion>> {
  const answers: Completion[] = Array.from({ length: size });
  let usable = 0;
  for await (const outcome of outcomes) {
    if (outcome.kind === "done" && isUsable(outcome.value)) {
      answers[outcome.index] = withoutTimings(outcome.value);
      usable++;
    }
    yield outcome;
  }
  if (usable === size) keep(answers);
}

/**
 * Asks only what is not known. The same question at the same time is asked once and waited for. A batch is known or not
 * as a whole, as it is computed as a whole.
 */
export function cachedAsk(ask: Ask, { task, seedBase, store, repeats, count }: CachedAskOptions): Ask {
  // A sampled question has a seed of its own: within a run it never comes twice.
  const recent = repeats && !isSampled(task) ? createRecentAnswers() : null;
  if (recent === null && store === null) return ask;
  const memory = memoryOf(recent, store);
  const keyOf = questionKeys(task, seedBase);
  const underWay = new Map<string, Promise<void>>();
  return async function* (batch, signal) {
    const key = keyOf(batch);
    for (let other = underWay.get(key); other !== undefined; other = underWay.get(key)) await other;
    let finish: (() => void) | undefined;
    underWay.set(key, new Promise((resolve) => (finish = resolve)));
    try {
      const known = await memory.find(key);
      if (known?.length === batch.length) {
        count.known += batch.length;
        for (const [index, value] of known.entries()) yield { index, kind: "done", value };
        return;
      }
      yield* keeping(ask(batch, signal), batch.length, (answers) => memory.keep(key, answers));
    } finally {
      underWay.delete(key);
      finish?.();
    }
  };
}
