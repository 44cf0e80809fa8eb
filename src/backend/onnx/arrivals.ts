/** Values that come from elsewhere, in order, for one reader. */
export interface Arrivals<T> extends AsyncIterable<T> {
  push(value: T): void;
  /** No more will come; with an error, the reader is thrown it once it has seen what came before. */
  end(error?: unknown): void;
}

export function arrivals<T>(): Arrivals<T> {
  const waiting: T[] = [];
  let end: { readonly error: unknown } | null = null;
  let wake: (() => void) | null = null;
  const stir = (): void => {
    wake?.();
    wake = null;
  };
  return {
    push(value) {
      waiting.push(value);
      stir();
    },
    end(error) {
      end ??= { error };
      stir();
    },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        yield* waiting.splice(0);
        if (waiting.length > 0) continue;
        if (end !== null) {
          if (end.error !== undefined) throw end.error;
          return;
        }
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
}
