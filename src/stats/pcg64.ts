import { PCG64_MODULE } from "./pcg64-module.ts";
import { seedSequence } from "./seed-sequence.ts";

/**
 * NumPy's `default_rng(seed)`: the same stream, so that resampling gives the same p-values as sacrebleu and scipy. All
 * generators write their numbers to one place: a returned view holds until the next draw from any of them.
 */
export interface Pcg64 {
  /** 32-bit words, at most `CHUNK`: each 64-bit output is its low half, then its high half. */
  words32(count: number): Uint32Array;
  /** 64-bit outputs, at most `CHUNK`. Leaves an unused half word for the next 32-bit draw, as NumPy does. */
  words64(count: number): BigUint64Array;
  /** `integers(0, bound, count)` with 1 ≤ bound < 2^32 and count ≤ `CHUNK`. A bound of 1 gives zeros and draws nothing. */
  below(bound: number, count: number): Uint32Array;
  /** `random(count)`: doubles in [0, 1) with 53 bits; count ≤ `CHUNK`. */
  doubles(count: number): Float64Array;
}

/** Most numbers that one call returns: 64 KiB of 32-bit words. */
export const CHUNK = 8192;

/** The compiler has no types for WebAssembly without the browser's library. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: object };
};

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  words32(out: number, count: number): void;
  words64(out: number, count: number): void;
  bounded(out: number, count: number, bound: number): void;
}

/** Where output begins in the module's memory, past the generator's state. */
const OUT = 64;
/** State, increment, and the spare half word with its flag. */
const STATE_WORDS = 5;
const MULTIPLIER = 0x2360ed051fc65da44385df649fccf645n;
const MASK = (1n << 128n) - 1n;

/**
 * One instance serves every generator, each of which brings its state along: instances are slow to make, and each
 * reserves gigabytes of addresses.
 */
let shared: Exports | undefined;

/** A generator seeded with a whole number from 0 to 2^53, as `numpy.random.default_rng(seed)`. */
export function pcg64(seed: number): Pcg64 {
  shared ??= new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(PCG64_MODULE, "base64"))).exports as Exports;
  const wasm = shared;
  const { buffer } = wasm.memory;
  const place = new BigUint64Array(buffer, 0, STATE_WORDS);
  const state = new BigUint64Array(STATE_WORDS);
  state.set(initialState(seed));
  const drawn = (count: number, draw: () => void): void => {
    if (count > CHUNK) throw new RangeError(`at most ${CHUNK} numbers a call, not ${count}`);
    place.set(state);
    draw();
    state.set(place);
  };
  return {
    words32: (count) => {
      drawn(count, () => wasm.words32(OUT, count));
      return new Uint32Array(buffer, OUT, count);
    },
    words64: (count) => {
      drawn(count, () => wasm.words64(OUT, count));
      return new BigUint64Array(buffer, OUT, count);
    },
    below: (bound, count) => {
      if (bound === 1) return new Uint32Array(count);
      drawn(count, () => wasm.bounded(OUT, count, bound));
      return new Uint32Array(buffer, OUT, count);
    },
    doubles: (count) => {
      drawn(count, () => wasm.words64(OUT, count));
      const halves = new Uint32Array(buffer, OUT, 2 * count);
      return Float64Array.from({ length: count }, (_, i) => unit(halves[2 * i] as number, halves[2 * i + 1] as number));
    },
  };
}

/** State and increment after seeding, each its low and its high word (pcg_setseq_128_srandom). */
export function initialState(seed: number): BigUint64Array {
  const words = new BigUint64Array(seedSequence(seed, 8).buffer);
  const [stateHigh, stateLow, streamHigh, streamLow] = words as unknown as [bigint, bigint, bigint, bigint];
  const increment = ((((streamHigh << 64n) | streamLow) << 1n) | 1n) & MASK;
  const state = ((increment + ((stateHigh << 64n) | stateLow)) * MULTIPLIER + increment) & MASK;
  return BigUint64Array.of(state, state >> 64n, increment, increment >> 64n);
}

function unit(low: number, high: number): number {
  return (high * 2 ** 21 + (low >>> 11)) / 2 ** 53;
}
