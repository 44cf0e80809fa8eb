/**
 * Answers that come together, one after the other. Written out and not a generator: there is one for every request,
 * and every generator in between costs it further promises.
 */
class Together<A> implements AsyncIterableIterator<A> {
  readonly #ask: () => Promise<readonly A[]>;
  #answers: readonly A[] | undefined;
  #next = 0;

  constructor(ask: () => Promise<readonly A[]>) {
    this.#ask = ask;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<A>> {
    this.#answers ??= await this.#ask();
    const place = this.#next++;
    return place < this.#answers.length
      ? { done: false, value: this.#answers[place] as A }
      : { done: true, value: undefined };
  }
}

/** The answers of a request that brings them all at once; it is made when the first is wanted. */
export function answerTogether<A>(ask: () => Promise<readonly A[]>): AsyncIterable<A> {
  return new Together(ask);
}

/**
 * Answers requests at most `limit` at a time and yields the answers as they come. Once one throws, no more are begun
 * and the error is passed on.
 */
export function answerConcurrently<R, A>(
  requests: readonly R[],
  limit: number,
  answer: (request: R) => Promise<A>,
): AsyncIterable<A> {
  const [only] = requests;
  return requests.length === 1 && only !== undefined
    ? answerTogether(async () => [await answer(only)])
    : answerSome(requests, limit, answer);
}

async function* answerSome<R, A>(
  requests: readonly R[],
  limit: number,
  answer: (request: R) => Promise<A>,
): AsyncGenerator<A> {
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
