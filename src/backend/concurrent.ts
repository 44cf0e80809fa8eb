/**
 * Answers requests at most `limit` at a time and yields the answers as they come. Once one throws, no more are begun
 * and the error is passed on.
 */
export async function* answerConcurrently<R, A>(
  requests: readonly R[],
  limit: number,
  answer: (request: R) => Promise<A>,
): AsyncGenerator<A> {
  const [only] = requests;
  if (requests.length === 1 && only !== undefined) {
    yield await answer(only);
    return;
  }
  const running = new Map<number, Promise<readonly [number, A]>>();
  let next = 0;
  while (next < requests.length || running.size > 0) {
    while (next < requests.length && running.size < limit) {
      const number = next++;
      const pending = answer(requests[number] as R).then((value) => [number, value] as const);
      // If another request ends the batch first, nobody waits for this one's error.
      pending.catch(() => undefined);
      running.set(number, pending);
    }
    const [number, value] = await Promise.race(running.values());
    running.delete(number);
    yield value;
  }
}
