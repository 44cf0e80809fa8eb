import type { Completion } from "../../core/completion.ts";

/** Most answers remembered, and most characters of them: a run's memory does not grow with its samples. */
const MOST_ANSWERS = 16_384;
const MOST_CHARACTERS = 8_000_000;

/** The answers used last, in memory. */
export interface RecentAnswers {
  get(key: string): readonly Completion[] | null;
  put(key: string, answers: readonly Completion[]): void;
}

/** Characters an answer takes, roughly: a number of a list counts as four. */
function sizeOf(answers: readonly Completion[]): number {
  return answers.reduce(
    (sum, { text, logprobs, choices }) =>
      sum + text.length + 4 * ((logprobs?.length ?? 0) + 3 * (choices?.length ?? 0)),
    0,
  );
}

export function createRecentAnswers(limits = { answers: MOST_ANSWERS, characters: MOST_CHARACTERS }): RecentAnswers {
  // A Map remembers the order of insertion: the first entry is the one used longest ago.
  const known = new Map<string, readonly Completion[]>();
  let characters = 0;
  const forget = (key: string): void => {
    const answers = known.get(key);
    if (answers === undefined) return;
    known.delete(key);
    characters -= sizeOf(answers);
  };
  return {
    get(key) {
      const answers = known.get(key);
      if (answers === undefined) return null;
      known.delete(key);
      known.set(key, answers);
      return answers;
    },
    put(key, answers) {
      forget(key);
      known.set(key, answers);
      characters += sizeOf(answers);
      while (known.size > limits.answers || characters > limits.characters) {
        const [oldest] = known.keys();
        if (oldest === undefined) return;
        forget(oldest);
      }
    },
  };
}
