import * as fc from "fast-check";

import { mutated } from "./mutate.ts";
import { isClear, type FuzzTarget } from "./targets.ts";

/** Longer than this for one small input is a bug too, however loaded the machine. */
const SLOW_MS = 20_000;

/** That a parser takes or refuses whatever is made of its files, soon, and in words. */
export function property({ name, seeds, read, isExpected = () => false }: FuzzTarget): fc.IAsyncProperty<[Buffer]> {
  const files = seeds();
  if (files.length === 0) throw new Error(`${name} has no file to begin with`);
  return fc.asyncProperty(mutated(files), async (bytes) => {
    const started = performance.now();
    try {
      await read(bytes);
    } catch (error) {
      if (!isClear(error) && !isExpected(error)) throw error;
    }
    if (performance.now() - started > SLOW_MS) throw new Error(`${name} took ${performance.now() - started} ms`);
    if (Object.keys(Object.prototype).length > 0) throw new Error(`${name} changed Object.prototype`);
  });
}
