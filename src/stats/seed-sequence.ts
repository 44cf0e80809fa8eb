/**
 * NumPy's SeedSequence(entropy).generate_state(count), in 32-bit words: the seeding of its generators (M. O'Neill's
 * seed_seq_fe; numpy/random/bit_generator.pyx). Entropy is a whole number from 0 to 2^53.
 */
export function seedSequence(entropy: number, count: number): Uint32Array {
  const pool = mixedPool([entropy >>> 0, Math.floor(entropy / 2 ** 32) >>> 0]);
  const state = new Uint32Array(count);
  let factor = 0x8b51f9dd;
  for (let i = 0; i < count; i++) {
    let word = (pool[i % POOL] as number) ^ factor;
    factor = Math.imul(factor, 0x58f38ded);
    word = Math.imul(word, factor);
    state[i] = word ^ (word >>> 16);
  }
  return state;
}

const POOL = 4;

function mixedPool(entropy: readonly number[]): Uint32Array {
  let factor = 0x43b0d7e5;
  const hash = (input: number): number => {
    let word = input ^ factor;
    factor = Math.imul(factor, 0x931e8875);
    word = Math.imul(word, factor);
    return word ^ (word >>> 16);
  };
  // A high word of zero is no part of the entropy for NumPy, and hashing 0 in its place gives the same pool.
  const pool = Uint32Array.from({ length: POOL }, (_, i) => hash(entropy[i] ?? 0));
  for (let from = 0; from < POOL; from++) {
    for (let to = 0; to < POOL; to++) {
      if (from !== to) pool[to] = combined(pool[to] as number, hash(pool[from] as number));
    }
  }
  return pool;
}

function combined(x: number, y: number): number {
  const word = Math.imul(x, 0xca01f9dd) - Math.imul(y, 0x4973f715);
  return word ^ (word >>> 16);
}
