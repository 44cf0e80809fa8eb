/** Numbers at four bytes each. */
export interface NumberList {
  add(value: number): void;
  readonly length: number;
  at(index: number): number;
  /** A view: it holds until the next `add`. */
  values(): Uint32Array;
}

/** An empty list of whole numbers from 0 to 2^32 − 1. */
export function createNumberList(): NumberList {
  let values = new Uint32Array(1024);
  let length = 0;
  return {
    add: (value) => {
      if (length === values.length) {
        const larger = new Uint32Array(length * 2);
        larger.set(values);
        values = larger;
      }
      values[length++] = value;
    },
    get length() {
      return length;
    },
    at: (index) => values[index] ?? 0,
    values: () => values.subarray(0, length),
  };
}
