/** Where a record lies: the number of its file and the byte it begins at. */
export interface Place {
  readonly file: number;
  readonly offset: number;
}

/**
 * Places by key, at 18 bytes a slot instead of two objects each. Only 64 bits of a key are kept; whoever reads the
 * record compares the whole key.
 */
export interface PlaceIndex {
  readonly size: number;
  /** @param key hex, at least 16 digits, evenly distributed */
  set(key: string, place: Place): void;
  get(key: string): Place | null;
}

interface Table {
  readonly low: Uint32Array;
  readonly high: Uint32Array;
  /** Offset + 1; 0 for a free slot. */
  readonly ends: Float64Array;
  readonly files: Uint16Array;
}

function createTable(capacity: number): Table {
  return {
    low: new Uint32Array(capacity),
    high: new Uint32Array(capacity),
    ends: new Float64Array(capacity),
    files: new Uint16Array(capacity),
  };
}

/** The slot that holds these bits, or the free one where they belong. */
function slotOf({ low, high, ends }: Table, lowBits: number, highBits: number): number {
  const mask = ends.length - 1;
  let slot = lowBits & mask;
  while (ends[slot] !== 0 && (low[slot] !== lowBits || high[slot] !== highBits)) slot = (slot + 1) & mask;
  return slot;
}

function fill(table: Table, slot: number, entry: { low: number; high: number; end: number; file: number }): void {
  table.low[slot] = entry.low;
  table.high[slot] = entry.high;
  table.ends[slot] = entry.end;
  table.files[slot] = entry.file;
}

/** Twice the slots for the same entries. */
function grow(table: Table): Table {
  const larger = createTable(table.ends.length * 2);
  for (let i = 0; i < table.ends.length; i++) {
    const end = table.ends[i] as number;
    if (end === 0) continue;
    const low = table.low[i] as number;
    const high = table.high[i] as number;
    fill(larger, slotOf(larger, low, high), { low, high, end, file: table.files[i] as number });
  }
  return larger;
}

/** An empty index. It grows when it is half full. */
export function createPlaceIndex(): PlaceIndex {
  let table = createTable(1 << 8);
  let size = 0;
  return {
    get size() {
      return size;
    },
    set(key, { file, offset }) {
      if (size * 2 >= table.ends.length) table = grow(table);
      const low = Number.parseInt(key.slice(0, 8), 16);
      const high = Number.parseInt(key.slice(8, 16), 16);
      const slot = slotOf(table, low, high);
      if (table.ends[slot] === 0) size++;
      fill(table, slot, { low, high, end: offset + 1, file });
    },
    get(key) {
      const slot = slotOf(table, Number.parseInt(key.slice(0, 8), 16), Number.parseInt(key.slice(8, 16), 16));
      const end = table.ends[slot] as number;
      return end === 0 ? null : { file: table.files[slot] as number, offset: end - 1 };
    },
  };
}
