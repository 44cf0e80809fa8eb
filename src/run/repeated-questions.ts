import { hash } from "node:crypto";

/** Questions looked back at: the memory of answers reaches about as far, and this memory is bounded too. */
const REACH = 16_384;

/** Counts questions that were asked before, among the last ones at least. */
export interface RepeatedQuestions {
  add(question: string): void;
  readonly count: number;
}

/** @param reach a repetition after at most so many questions is found, one after twice as many is not */
export function repeatedQuestions(reach = REACH): RepeatedQuestions {
  let recent = new Set<string>();
  let older = new Set<string>();
  let count = 0;
  return {
    add(question) {
      const key = hash("md5", question, "base64url");
      if (recent.has(key) || older.has(key)) count++;
      recent.add(key);
      if (recent.size < reach) return;
      older = recent;
      recent = new Set();
    },
    get count() {
      return count;
    },
  };
}
