import { normalizeSquad, words } from "./normalize.ts";

/** Which of SQuAD's scripts to follow; they differ where a side is empty once normalised. */
export type SquadVersion = 1 | 2;

/**
 * F1 0..1 of the words that an answer shares with one reference, after SQuAD's normalisation (evaluate-v1.1.py and
 * evaluate-v2.0.py). In version 2 two empty sides agree; in version 1 they do not.
 */
export function tokenF1(answer: string, reference: string, version: SquadVersion): number {
  const answered = words(normalizeSquad(answer));
  const wanted = words(normalizeSquad(reference));
  if (version === 2 && (answered.length === 0 || wanted.length === 0)) return answered.length === wanted.length ? 1 : 0;
  const left = new Map<string, number>();
  for (const word of wanted) left.set(word, (left.get(word) ?? 0) + 1);
  let shared = 0;
  for (const word of answered) {
    const count = left.get(word) ?? 0;
    if (count === 0) continue;
    left.set(word, count - 1);
    shared++;
  }
  return shared === 0 ? 0 : (2 * shared) / (answered.length + wanted.length);
}
