import * as fc from "fast-check";
import { expect, test } from "vitest";
import { hashSeed } from "../../src/stats/hash-seed.ts";
import { maskedBelow, numpyMt19937, pythonMt19937, sampleBelow, shuffle, bitsBelow } from "../../src/stats/mt19937.ts";
import { CHUNK, initialState, pcg64 } from "../../src/stats/pcg64.ts";

const seeds = fc.integer({ min: 0, max: 2 ** 32 - 1 });

/** The same generator written plainly with big integers. */
function plainPcg64(seed: number, count: number): bigint[] {
  const words = initialState(seed);
  const at = (i: number): bigint => words[i] as bigint;
  const increment = (at(3) << 64n) | at(2);
  let state = (at(1) << 64n) | at(0);
  return Array.from({ length: count }, () => {
    state = BigInt.asUintN(128, state * 0x2360ed051fc65da44385df649fccf645n + increment);
    const rotation = state >> 122n;
    const folded = BigInt.asUintN(64, (state >> 64n) ^ state);
    return BigInt.asUintN(64, (folded >> rotation) | (folded << ((64n - rotation) & 63n)));
  });
}

test("the WebAssembly generator equals the same generator in big integers", () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      expect([...pcg64(seed).words64(50)]).toEqual(plainPcg64(seed, 50));
    }),
    { numRuns: 30 },
  );
});

test("32-bit words are the halves of 64-bit words, low half first", () => {
  const wide = [...pcg64(7).words64(10)];
  expect([...pcg64(7).words32(20)].map(BigInt)).toEqual(wide.flatMap((w) => [w & 0xffffffffn, w >> 32n]));
});

test("drawing in pieces gives what drawing at once gives", () => {
  const whole = [...pcg64(3).below(1000, 500)];
  const pieces = pcg64(3);
  expect([...pieces.below(1000, 1), ...pieces.below(1000, 198), ...pieces.below(1000, 301)]).toEqual(whole);
});

test("generators do not disturb each other", () => {
  const [left, right] = [pcg64(3), pcg64(4)];
  const both = [...left.below(9, 5), ...right.below(9, 5), ...left.below(9, 5), ...right.below(9, 5)];
  const [alone, other] = [[...pcg64(3).below(9, 10)], [...pcg64(4).below(9, 10)]];
  expect(both).toEqual([...alone.slice(0, 5), ...other.slice(0, 5), ...alone.slice(5), ...other.slice(5)]);
});

test("bounded integers stay below their bound and reach every value evenly", () => {
  fc.assert(
    fc.property(seeds, fc.integer({ min: 1, max: 20 }), (seed, bound) => {
      const counts = new Uint32Array(bound);
      for (const x of pcg64(seed).below(bound, CHUNK)) counts[x] = (counts[x] as number) + 1;
      const mean = CHUNK / bound;
      // Six standard deviations: fails by chance about once in a hundred million values.
      for (const count of counts) expect(Math.abs(count - mean)).toBeLessThanOrEqual(6 * Math.sqrt(mean));
    }),
    { numRuns: 30 },
  );
});

test("more numbers than a chunk are refused instead of written past the memory", () => {
  expect(() => pcg64(1).words32(CHUNK + 1)).toThrow(RangeError);
});

test("a shuffle keeps every element and a sample has no element twice", () => {
  fc.assert(
    fc.property(seeds, fc.integer({ min: 1, max: 60 }), (seed, n) => {
      const items = Array.from({ length: n }, (_, i) => i);
      const python = pythonMt19937(seed);
      expect(shuffle([...items], (bound) => bitsBelow(python, bound)).toSorted((a, b) => a - b)).toEqual(items);
      const sample = sampleBelow(python, n, Math.ceil(n / 3));
      expect(new Set(sample).size).toBe(sample.length);
      expect(Math.max(...sample)).toBeLessThan(n);
    }),
  );
});

test("masked draws stay below their bound", () => {
  const numpy = numpyMt19937(5);
  for (const bound of [1, 2, 3, 17, 1024, 1025]) {
    for (let i = 0; i < 200; i++) expect(maskedBelow(numpy, bound)).toBeLessThan(bound);
  }
});

test("a seed depends on every part, on where parts end, and on nothing else", () => {
  expect(hashSeed("plan", "sample-1", 0)).toBe(hashSeed("plan", "sample-1", 0));
  const seen = new Set([
    hashSeed("ab", "c"),
    hashSeed("a", "bc"),
    hashSeed("abc"),
    hashSeed("abc", ""),
    hashSeed("", "abc"),
    hashSeed(),
  ]);
  expect(seen.size).toBe(6);
});

test("seeds of numbered samples do not collide more than chance and fill all bits", () => {
  const seedsOf = Array.from({ length: 20_000 }, (_, i) => hashSeed("suite", `sample-${i}`, 0));
  // Two of 20,000 random 32-bit numbers are expected to be equal 0.05 times.
  expect(new Set(seedsOf).size).toBeGreaterThan(19_997);
  for (let bit = 0; bit < 32; bit++) {
    const set = seedsOf.filter((seed) => (seed >>> bit) & 1).length;
    expect(Math.abs(set - 10_000)).toBeLessThan(450);
  }
});
