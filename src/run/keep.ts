import type { Keep } from "../core/backend.ts";

/** Holds what checkpoints share: never more than one thing, for two base models may not fit into memory. */
export function openKeep(): Keep {
  let held: { readonly key: string; readonly thing: Promise<AsyncDisposable> } | null = null;
  const drop = async (): Promise<void> => {
    const last = held;
    held = null;
    // What could not be opened has nothing to close.
    const thing = await last?.thing.catch(() => null);
    await thing?.[Symbol.asyncDispose]();
  };
  const openAfter = async <T>(closed: Promise<void>, open: () => Promise<T>): Promise<T> => {
    await closed;
    return open();
  };
  return {
    async take<T extends AsyncDisposable>(key: string, open: () => Promise<T>): Promise<T> {
      if (held?.key === key) return held.thing as Promise<T>;
      const taken = { key, thing: openAfter(drop(), open) };
      held = taken;
      try {
        return await taken.thing;
      } catch (error) {
        if (held === taken) held = null;
        throw error;
      }
    },
    drop,
    [Symbol.asyncDispose]: drop,
  };
}
