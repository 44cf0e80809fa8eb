/** The Mersenne Twister (Matsumoto and Nishimura 1998), the generator of Python's `random` and of NumPy's old interface. */
export interface Mt19937 {
  /** The next 32 bits. */
  word(): number;
  /** A double in [0, 1) with 53 bits: Python's `random()`, NumPy's `random_sample()`. */
  double(): number;
}

/** Seeded as `numpy.random.seed(seed)`, with a whole number below 2^32. */
export function numpyMt19937(seed: number): Mt19937 {
  return generator(filled(seed));
}

/** Seeded as Python's `random.seed(seed)`, with a whole number from 0 to 2^53. */
export function pythonMt19937(seed: number): Mt19937 {
  const high = Math.floor(seed / 2 ** 32);
  return generator(filledByArray(high === 0 ? [seed >>> 0] : [seed >>> 0, high]));
}

/** NumPy's legacy `choice(bound)`, `randint(0, bound)` and the draws of its shuffle: masked bits until one is below. */
export function maskedBelow(source: Mt19937, bound: number): number {
  if (bound === 1) return 0;
  const mask = 0xffffffff >>> Math.clz32(bound - 1);
  let value = source.word() & mask;
  while (value >>> 0 >= bound) value = source.word() & mask;
  return value >>> 0;
}

/** Python's `randrange(bound)`: the highest bits until they are below. */
export function bitsBelow(source: Mt19937, bound: number): number {
  const shift = Math.clz32(bound);
  let value = source.word() >>> shift;
  while (value >= bound) value = source.word() >>> shift;
  return value;
}

/** Fisher and Yates' shuffle from the end, in place, drawing with `below`. */
export function shuffle<T>(items: T[], below: (bound: number) => number): T[] {
  for (let i = items.length - 1; i > 0; i--) {
    const j = below(i + 1);
    [items[i], items[j]] = [items[j] as T, items[i] as T];
  }
  return items;
}

/** `count` different whole numbers below `n`, as Python's `random.sample(range(n), count)`. */
export function sampleBelow(source: Mt19937, n: number, count: number): number[] {
  // Python keeps a list of what is left while that is smaller than a set of what was taken.
  const setSize = 21 + (count > 5 ? 4 ** Math.ceil(Math.log(count * 3) / Math.log(4)) : 0);
  if (n > setSize) {
    const taken = new Set<number>();
    while (taken.size < count) taken.add(bitsBelow(source, n));
    return [...taken];
  }
  const pool = Array.from({ length: n }, (_, i) => i);
  return Array.from({ length: count }, (_, i) => {
    const at = bitsBelow(source, n - i);
    const picked = pool[at] as number;
    pool[at] = pool[n - i - 1] as number;
    return picked;
  });
}

const SIZE = 624;
const MIDDLE = 397;

function generator(state: Uint32Array): Mt19937 {
  let at = SIZE;
  const word = (): number => {
    if (at === SIZE) {
      twist(state);
      at = 0;
    }
    let y = state[at++] as number;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  };
  return {
    word,
    double: () => {
      const high = word() >>> 5;
      return (high * 2 ** 26 + (word() >>> 6)) / 2 ** 53;
    },
  };
}

function filled(seed: number): Uint32Array {
  const state = new Uint32Array(SIZE);
  state[0] = seed;
  for (let i = 1; i < SIZE; i++) {
    const last = state[i - 1] as number;
    state[i] = Math.imul(1_812_433_253, last ^ (last >>> 30)) + i;
  }
  return state;
}

function filledByArray(key: readonly number[]): Uint32Array {
  const state = filled(19_650_218);
  let i = 1;
  const next = (): void => {
    i++;
    if (i === SIZE) {
      state[0] = state[SIZE - 1] as number;
      i = 1;
    }
  };
  const mixed = (factor: number): number => {
    const last = state[i - 1] as number;
    return (state[i] as number) ^ Math.imul(last ^ (last >>> 30), factor);
  };
  for (let k = 0; k < Math.max(SIZE, key.length); k++) {
    const j = k % key.length;
    state[i] = mixed(1_664_525) + (key[j] as number) + j;
    next();
  }
  for (let k = 1; k < SIZE; k++) {
    state[i] = mixed(1_566_083_941) - i;
    next();
  }
  state[0] = 0x80000000;
  return state;
}

function twist(state: Uint32Array): void {
  for (let i = 0; i < SIZE; i++) {
    const y = ((state[i] as number) & 0x80000000) | ((state[(i + 1) % SIZE] as number) & 0x7fffffff);
    state[i] = (state[(i + MIDDLE) % SIZE] as number) ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
  }
}
