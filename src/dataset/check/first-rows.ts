import { hashSeed } from "../../stats/hash-seed.ts";

/** Which texts came before, at 24 to 48 bytes a different text. */
export interface FirstRows {
  /**
   * Ordinal of the first row with this text, null if it is this one. Texts are told apart by 64 bits of hash: among ten
   * million, two different ones are taken for one with a probability of 3 in a million.
   */
  firstOf(text: string, ordinal: number): number | null;
}

interface Table {
  readonly low: Uint32Array;
  readonly high: Uint32Array;
  /** Ordinal + 1; 0 for a free slot. */
  readonly marks: Uint32Array;
}

/** No text yet. Unlike a set of ids it keeps a text once, so that a thousand equal rows cost no more than two. */
export function createFirstRows(): FirstRows {
  let table = createTable(1 << 12);
  let count = 0;
  return {
    firstOf: (text, ordinal) => {
      if (count * 2 >= table.marks.length) table = grow(table);
      const low = hashSeed(text);
      const high = hashSeed("first", text);
      const slot = find(table, low, high);
      const mark = table.marks[slot] as number;
      if (mark !== 0) return mark - 1;
      put(table, slot, { low, high, mark: ordinal + 1 });
      count++;
      return null;
    },
  };
}

function createTable(capacity: number): Table {
  return { low: new Uint32Array(capacity), high: new Uint32Array(capacity), marks: new Uint32Array(capacity) };
}

/** The slot that holds the hash, or the free one where it belongs. */
function find({ low, high, marks }: Table, wantedLow: number, wantedHigh: number): number {
  const mask = marks.length - 1;
  let slot = (wantedLow ^ (wantedHigh << 7)) & mask;
  while (marks[slot] !== 0 && (low[slot] !== wantedLow || high[slot] !== wantedHigh)) slot = (slot + 1) & mask;
  return slot;
}

function put(table: Table, slot: number, { low, high, mark }: { low: number; high: number; mark: number }): void {
  table.low[slot] = low;
  table.high[slot] = high;
  table.marks[slot] = mark;
}

function grow(table: Table): Table {
  const larger = createTable(table.marks.length * 2);
  for (const [slot, mark] of table.marks.entries()) {
    if (mark === 0) continue;
    const low = table.low[slot] as number;
    const high = table.high[slot] as number;
    put(larger, find(larger, low, high), { low, high, mark });
  }
  return larger;
}
