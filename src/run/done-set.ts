/** Which (sample, repeat) pairs are finished: one bit each, so that a million samples take 125 kB. */
export interface DoneSet {
  has(ordinal: number, repeat: number): boolean;
  /** Returns false if it was there already. */
  add(ordinal: number, repeat: number): boolean;
  readonly size: number;
  /** All of it, one bit an answer, in base64. */
  packed(): string;
  /** Adds what another set of the same size has packed; what is of another size is left alone. */
  addPacked(bits: string): void;
}

export function doneSet(samples: number, repeats: number): DoneSet {
  const bits = new Uint8Array(Math.ceil((samples * repeats) / 8));
  let size = 0;
  const isOutside = (ordinal: number, repeat: number): boolean =>
    ordinal < 0 || ordinal >= samples || repeat < 0 || repeat >= repeats;
  return {
    has(ordinal, repeat) {
      const bit = ordinal * repeats + repeat;
      return !isOutside(ordinal, repeat) && ((bits[bit >> 3] ?? 0) & (1 << (bit & 7))) !== 0;
    },
    add(ordinal, repeat) {
      if (isOutside(ordinal, repeat) || this.has(ordinal, repeat)) return false;
      const bit = ordinal * repeats + repeat;
      bits[bit >> 3] = (bits[bit >> 3] ?? 0) | (1 << (bit & 7));
      size++;
      return true;
    },
    get size() {
      return size;
    },
    packed: () => Buffer.from(bits.buffer).toString("base64"),
    addPacked(text) {
      const other = Buffer.from(text, "base64");
      if (other.length !== bits.length) return;
      for (let index = 0; index < bits.length; index++) {
        const before = bits[index] ?? 0;
        const after = before | (other[index] ?? 0);
        bits[index] = after;
        for (let added = before ^ after; added !== 0; added &= added - 1) size++;
      }
    },
  };
}
