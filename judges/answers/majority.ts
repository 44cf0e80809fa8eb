/**
 * The position of the first answer that most agree on; of equally frequent answers the one that came first. Answers that
 * could not be read (null) have no vote. Null where no answer could be read.
 */
export function majority(answers: readonly (string | null)[]): number | null {
  const votes = new Map<string, { readonly first: number; count: number }>();
  for (const [position, answer] of answers.entries()) {
    if (answer === null) continue;
    const vote = votes.get(answer) ?? { first: position, count: 0 };
    vote.count++;
    votes.set(answer, vote);
  }
  let best: { readonly first: number; readonly count: number } | null = null;
  for (const vote of votes.values()) if (vote.count > (best?.count ?? 0)) best = vote;
  return best?.first ?? null;
}
