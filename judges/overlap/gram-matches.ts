import { tableSize, withRoom } from "./room.ts";
import type { Symbols } from "./symbols.ts";

/**
 * Writes for each order n how many n-grams of the hypothesis are matched, each at most as often as it occurs in the
 * reference that has it most often. `matches[n - 1]` is the number for n from 1 to `maxOrder`.
 */
export type GramMatches = (segment: Symbols, maxOrder: number, matches: Float64Array) => void;

/**
 * Numbers n-grams by the number of their first n − 1 symbols and their last symbol, order by order, so that the table
 * holds one order at a time and stays in the processor's first cache.
 */
export function gramMatches(): GramMatches {
  let slotPrefix = new Int32Array(16);
  let slotSymbol = new Int32Array(16);
  let slotGram = new Int32Array(16);
  let mask = 0;
  let size = 0;
  /** Number of the (order − 1)-gram at each position; 0 in the hypothesis where no reference has it. */
  let grams: Int32Array = new Int32Array(256);
  /** How often the reference being read has each gram, and the most often any reference has it. */
  let counts: Int32Array = new Int32Array(256);
  let most: Int32Array = new Int32Array(256);

  const clear = (grams: number): void => {
    const capacity = tableSize(grams);
    if (capacity > slotGram.length) {
      slotPrefix = new Int32Array(capacity);
      slotSymbol = new Int32Array(capacity);
      slotGram = new Int32Array(capacity);
    } else slotGram.fill(0, 0, capacity);
    mask = capacity - 1;
    most.fill(0, 0, size + 1);
    counts.fill(0, 0, size + 1);
    size = 0;
  };
  const slotOf = (prefix: number, symbol: number): number => {
    const hash = Math.imul(Math.imul(prefix, 0x9e3779b1) ^ symbol, 0x85ebca6b);
    let slot = (hash ^ (hash >>> 15)) & mask;
    while (slotGram[slot] !== 0 && (slotPrefix[slot] !== prefix || slotSymbol[slot] !== symbol)) {
      slot = (slot + 1) & mask;
    }
    return slot;
  };
  const countReference = (data: Int32Array, start: number, end: number, order: number): void => {
    for (let i = start; i <= end - order; i++) {
      const prefix = grams[i] as number;
      const symbol = data[i + order - 1] as number;
      const slot = slotOf(prefix, symbol);
      let gram = slotGram[slot] as number;
      if (gram === 0) {
        gram = ++size;
        slotPrefix[slot] = prefix;
        slotSymbol[slot] = symbol;
        slotGram[slot] = gram;
      }
      grams[i] = gram;
      (counts[gram] as number)++;
    }
  };
  const mergeCounts = (): void => {
    for (let gram = 1; gram <= size; gram++) {
      if ((counts[gram] as number) > (most[gram] as number)) most[gram] = counts[gram] as number;
      counts[gram] = 0;
    }
  };
  const matchHypothesis = (data: Int32Array, start: number, end: number, order: number): number => {
    let matched = 0;
    for (let i = start; i <= end - order; i++) {
      const prefix = grams[i] as number;
      if (prefix === 0) continue;
      const gram = slotGram[slotOf(prefix, data[i + order - 1] as number)] as number;
      grams[i] = gram;
      if ((most[gram] as number) <= 0) continue;
      (most[gram] as number)--;
      matched++;
    }
    return matched;
  };
  return ({ data, ends }, maxOrder, matches) => {
    const hypothesis = ends.length - 1;
    const referencesEnd = hypothesis > 0 ? (ends[hypothesis - 1] as number) : 0;
    const end = ends[hypothesis] as number;
    grams = withRoom(grams, end).fill(1, 0, end);
    counts = withRoom(counts, referencesEnd + 1);
    most = withRoom(most, referencesEnd + 1);
    for (let order = 1; order <= maxOrder; order++) {
      clear(referencesEnd);
      let start = 0;
      for (let reference = 0; reference < hypothesis; reference++) {
        countReference(data, start, ends[reference] as number, order);
        mergeCounts();
        start = ends[reference] as number;
      }
      matches[order - 1] = matchHypothesis(data, referencesEnd, end, order);
    }
  };
}
