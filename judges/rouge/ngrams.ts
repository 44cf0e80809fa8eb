import { tableSize, withRoom } from "../overlap/room.ts";
import type { Pair, PairedText } from "./pair.ts";

/** Numbers n-grams by the number of their first n − 1 tokens and their last token. Numbers start at 1. */
interface GramTable {
  clear(grams: number): void;
  /** The number of a gram, made if there is none yet. */
  intern(prefix: number, token: number): number;
  /** The number of a gram, 0 if there is none. */
  find(prefix: number, token: number): number;
}

function gramTable(): GramTable {
  let prefixes: Int32Array = new Int32Array(1024);
  let tokens: Int32Array = new Int32Array(1024);
  let numbers: Int32Array = new Int32Array(1024);
  let mask = 0;
  let size = 0;

  const slotOf = (prefix: number, token: number): number => {
    const hash = Math.imul(Math.imul(prefix, 0x9e3779b1) ^ token, 0x85ebca6b);
    let slot = (hash ^ (hash >>> 15)) & mask;
    while (numbers[slot] !== 0 && (prefixes[slot] !== prefix || tokens[slot] !== token)) slot = (slot + 1) & mask;
    return slot;
  };
  return {
    clear(grams) {
      const capacity = tableSize(grams);
      prefixes = withRoom(prefixes, capacity);
      tokens = withRoom(tokens, capacity);
      numbers = withRoom(numbers, capacity);
      numbers.fill(0, 0, capacity);
      mask = capacity - 1;
      size = 0;
    },
    intern(prefix, token) {
      const slot = slotOf(prefix, token);
      if (numbers[slot] === 0) {
        prefixes[slot] = prefix;
        tokens[slot] = token;
        numbers[slot] = ++size;
      }
      return numbers[slot] as number;
    },
    find: (prefix, token) => numbers[slotOf(prefix, token)] as number,
  };
}

/**
 * Counts n-grams that two texts share, each as often as it occurs in both. `overlaps(pair, N)[n]` is the count for n
 * from 1 to N.
 */
export type GramOverlaps = (pair: Pair, maxOrder: number) => Int32Array;

export function gramOverlaps(): GramOverlaps {
  const table = gramTable();
  const shared = new Int32Array(10);
  let targetGrams: Int32Array = new Int32Array(256);
  let predictionGrams: Int32Array = new Int32Array(256);
  let counts: Int32Array = new Int32Array(256);

  const countShared = (targets: number, predictions: number): number => {
    counts = withRoom(counts, targets + 1);
    counts.fill(0, 0, targets + 1);
    for (let i = 0; i < targets; i++) (counts[targetGrams[i] as number] as number)++;
    let result = 0;
    for (let i = 0; i < predictions; i++) {
      const gram = predictionGrams[i] as number;
      if (gram === 0 || counts[gram] === 0) continue;
      (counts[gram] as number)--;
      result++;
    }
    return result;
  };
  const extend = (target: PairedText, prediction: PairedText, order: number): void => {
    const targets = target.length - order + 1;
    table.clear(Math.max(targets, 0));
    for (let i = 0; i < targets; i++) {
      targetGrams[i] = table.intern(targetGrams[i] as number, target.tokens[i + order - 1] as number);
    }
    for (let i = 0; i <= prediction.length - order; i++) {
      const prefix = predictionGrams[i] as number;
      const token = prediction.tokens[i + order - 1] as number;
      predictionGrams[i] = prefix === 0 || token === 0 ? 0 : table.find(prefix, token);
    }
  };
  return ({ target, prediction }, maxOrder) => {
    targetGrams = withRoom(targetGrams, target.length);
    predictionGrams = withRoom(predictionGrams, prediction.length);
    targetGrams.set(target.tokens.subarray(0, target.length));
    predictionGrams.set(prediction.tokens.subarray(0, prediction.length));
    for (let order = 1; order <= maxOrder; order++) {
      if (order > 1) extend(target, prediction, order);
      shared[order] = countShared(Math.max(target.length - order + 1, 0), prediction.length - order + 1);
    }
    return shared;
  };
}
