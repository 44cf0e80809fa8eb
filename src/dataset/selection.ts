import type { JsonObject } from "../core/json.ts";
import { hashSeed } from "../stats/hash-seed.ts";
import type { DatasetSpec, WhereValue } from "./spec.ts";

/** A test whether a row's columns have the wanted values. A missing column counts as null. */
export function compileWhere(where: DatasetSpec["where"]): (columns: JsonObject) => boolean {
  const wanted = Object.entries(where ?? {}).map(([name, value]): [string, Set<string>] => [
    name,
    new Set([value].flat().map((one: WhereValue) => textOf(one))),
  ]);
  return (columns) =>
    wanted.every(([name, values]) => {
      const value = Object.hasOwn(columns, name) ? columns[name] : null;
      return typeof value === "object" && value !== null ? false : values.has(textOf(value ?? null));
    });
}

/** Text that keeps null apart from the word "null". */
function textOf(value: WhereValue): string {
  return value === null ? "\0" : String(value);
}

/** A number in 0..2^53 that decides whether a row is in a random sample: it depends on seed and id, not on the order. */
export function sampleKey(seed: number, id: string): number {
  return hashSeed(seed, id) * 2 ** 21 + (hashSeed(id, seed) >>> 11);
}

/** Keeps keys to find the n-th smallest, at 8 bytes each. */
export interface KeyList {
  add(key: number): void;
  /** The n-th smallest key, Infinity if there are no more than n. */
  smallest(n: number): number;
}

/** An empty list. */
export function createKeyList(): KeyList {
  let keys = new Float64Array(1024);
  let count = 0;
  return {
    add: (key) => {
      if (count === keys.length) {
        const larger = new Float64Array(keys.length * 2);
        larger.set(keys);
        keys = larger;
      }
      keys[count++] = key;
    },
    smallest: (n) => (n >= count ? Infinity : (keys.subarray(0, count).toSorted()[n - 1] ?? Infinity)),
  };
}
