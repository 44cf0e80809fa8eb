/**
 * Ids seen so far, at 12 bytes a slot instead of a string each: 64 bits of hash and the row's ordinal. A hash that was
 * seen before may belong to another id; the caller looks at that row again to be certain.
 */
export interface IdSet {
  /**
   * Adds an id.
   * @returns ordinals of earlier rows whose ids have the same hash, usually none
   */
  add(id: string, ordinal: number): readonly number[];
}

const NONE: readonly number[] = [];

/** An empty set. It doubles when it is half full. */
export function createIdSet(): IdSet {
  let table = createTable(1 << 12);
  return {
    add: (id, ordinal) => {
      if (table.count * 2 >= table.capacity) table = grow(table);
      return insert(table, id, ordinal);
    },
  };
}

interface Table {
  readonly capacity: number;
  readonly low: Uint32Array;
  readonly high: Uint32Array;
  /** Ordinal + 1; 0 for a free slot. */
  readonly ordinals: Uint32Array;
  count: number;
}

function createTable(capacity: number): Table {
  return {
    capacity,
    low: new Uint32Array(capacity),
    high: new Uint32Array(capacity),
    ordinals: new Uint32Array(capacity),
    count: 0,
  };
}

function insert(table: Table, id: string, ordinal: number): readonly number[] {
  const low = hash(id, 0x811c9dc5, 0x01000193);
  const high = hash(id, 0x5bd1e995, 0x85ebca6b);
  const found = place(table, { low, high, mark: ordinal + 1 });
  table.count++;
  return found;
}

/** Puts an entry into the first free slot of its chain, and gives the ordinals of its equals on the way. */
function place(table: Table, { low, high, mark }: { low: number; high: number; mark: number }): readonly number[] {
  const mask = table.capacity - 1;
  let slot = (low ^ (high << 7)) & mask;
  let found: number[] | null = null;
  for (; table.ordinals[slot] !== 0; slot = (slot + 1) & mask) {
    if (table.low[slot] === low && table.high[slot] === high) (found ??= []).push((table.ordinals[slot] as number) - 1);
  }
  table.low[slot] = low;
  table.high[slot] = high;
  table.ordinals[slot] = mark;
  return found ?? NONE;
}

function grow(table: Table): Table {
  const larger = createTable(table.capacity * 2);
  for (let slot = 0; slot < table.capacity; slot++) {
    const mark = table.ordinals[slot] as number;
    if (mark !== 0) place(larger, { low: table.low[slot] as number, high: table.high[slot] as number, mark });
  }
  larger.count = table.count;
  return larger;
}

/** FNV-1a over UTF-16 code units with the final mixing of MurmurHash3. */
function hash(text: string, basis: number, prime: number): number {
  let value = basis;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), prime);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
