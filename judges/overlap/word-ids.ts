import { tableSize, withRoom } from "./room.ts";

/** Numbers words from 1, equal exactly where the words are. */
export interface WordIds {
  /** Forgets all words and makes room for so many. */
  clear(words: number): void;
  /** The number of the word that lies there, made if it is new. The units must stay until `clear`. */
  id(units: Uint16Array, start: number, end: number): number;
}

export function wordIds(): WordIds {
  let slots = new Int32Array(16);
  let starts: Int32Array = new Int32Array(256);
  let ends: Int32Array = new Int32Array(256);
  let hashes: Int32Array = new Int32Array(256);
  let mask = 0;
  let size = 0;

  const equals = (units: Uint16Array, id: number, start: number, length: number): boolean => {
    const known = starts[id] as number;
    if ((ends[id] as number) - known !== length) return false;
    for (let i = 0; i < length; i++) if (units[known + i] !== units[start + i]) return false;
    return true;
  };
  return {
    clear(words) {
      const capacity = tableSize(words);
      if (capacity > slots.length) slots = new Int32Array(capacity);
      else slots.fill(0, 0, capacity);
      starts = withRoom(starts, words + 1);
      ends = withRoom(ends, words + 1);
      hashes = withRoom(hashes, words + 1);
      mask = capacity - 1;
      size = 0;
    },
    id(units, start, end) {
      let hash = 0;
      for (let i = start; i < end; i++) hash = Math.imul(hash ^ (units[i] as number), 0x01000193);
      hash ^= hash >>> 15;
      let slot = hash & mask;
      for (let id = slots[slot] as number; id !== 0; id = slots[slot] as number) {
        if (hashes[id] === hash && equals(units, id, start, end - start)) return id;
        slot = (slot + 1) & mask;
      }
      slots[slot] = ++size;
      starts[size] = start;
      ends[size] = end;
      hashes[size] = hash;
      return size;
    },
  };
}
