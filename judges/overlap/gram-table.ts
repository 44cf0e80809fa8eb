import { tableSize, withRoom } from "./room.ts";

/**
 * The n-grams of one order, numbered from 1 by the number of their first n − 1 symbols and their last symbol. One open
 * hash table over typed arrays.
 */
export interface GramTable {
  /** What lies in each slot: the number of the prefix, the last symbol and the gram's own number, 0 in a free slot. */
  prefixes: Int32Array;
  symbols: Int32Array;
  grams: Int32Array;
  /** Number of slots − 1; the arrays may be longer. */
  mask: number;
  /** Number of grams. */
  size: number;
}

export function emptyGramTable(): GramTable {
  return {
    prefixes: new Int32Array(16),
    symbols: new Int32Array(16),
    grams: new Int32Array(16),
    mask: 15,
    size: 0,
  };
}

/** Forgets all grams and makes room for so many. */
export function clearGrams(table: GramTable, grams: number): void {
  const slots = tableSize(grams);
  table.prefixes = withRoom(table.prefixes, slots);
  table.symbols = withRoom(table.symbols, slots);
  table.grams = withRoom(table.grams, slots);
  table.grams.fill(0, 0, slots);
  table.mask = slots - 1;
  table.size = 0;
}

/** The slot of a gram, or the free one where it belongs. */
export function slotOf({ prefixes, symbols, grams, mask }: GramTable, prefix: number, symbol: number): number {
  const hash = Math.imul(Math.imul(prefix, 0x9e3779b1) ^ symbol, 0x85ebca6b);
  let slot = (hash ^ (hash >>> 15)) & mask;
  while (grams[slot] !== 0 && (prefixes[slot] !== prefix || symbols[slot] !== symbol)) slot = (slot + 1) & mask;
  return slot;
}

/** The number of a gram, made if it is new. */
export function internGram(table: GramTable, prefix: number, symbol: number): number {
  const slot = slotOf(table, prefix, symbol);
  const known = table.grams[slot] as number;
  if (known !== 0) return known;
  table.prefixes[slot] = prefix;
  table.symbols[slot] = symbol;
  return (table.grams[slot] = ++table.size);
}
