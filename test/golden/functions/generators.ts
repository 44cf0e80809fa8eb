import {
  bitsBelow,
  maskedBelow,
  numpyMt19937,
  pythonMt19937,
  sampleBelow,
  shuffle,
} from "../../../src/stats/mt19937.ts";
import { initialState, pcg64 } from "../../../src/stats/pcg64.ts";
import type { GoldenFunction } from "../golden-file.ts";

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const times = <T>(n: number, draw: () => T): T[] => Array.from({ length: n }, draw);
const rows = <T>(flat: T[], width: number): T[][] =>
  range(flat.length / width).map((r) => flat.slice(r * width, (r + 1) * width));

/** The random number generators of NumPy and Python. */
export const generatorFunctions: Record<string, GoldenFunction> = {
  "rng.pcg64": (input) => {
    const { seed } = input as { seed: number };
    const [stateLow, stateHigh, incrementLow, incrementHigh] = initialState(seed) as unknown as bigint[] as [
      bigint,
      bigint,
      bigint,
      bigint,
    ];
    const bits = [...pcg64(seed).words32(3)].flatMap((word) => range(32).map((bit) => (word >>> bit) & 1));
    return {
      raw_uint64: Array.from(pcg64(seed).words64(8), String),
      state_inc: [String((stateHigh << 64n) | stateLow), String((incrementHigh << 64n) | incrementLow)],
      choice_100: rows([...pcg64(seed).below(100, 60)], 20),
      integers_7: [...pcg64(seed).below(7, 25)],
      integers_1e10: wideIntegers(pcg64(seed).words64(12), 10n ** 10n).slice(0, 6),
      bool_40: rows(bits.slice(0, 80), 40),
      random: [...pcg64(seed).doubles(6)],
    };
  },
  "rng.mt19937_numpy": (input) => {
    const { seed } = input as { seed: number };
    const choice = numpyMt19937(seed);
    const doubles = numpyMt19937(seed);
    const order = numpyMt19937(seed);
    return {
      choice_50: times(30, () => maskedBelow(choice, 50)),
      random_sample: times(5, () => doubles.double()),
      permutation_10: shuffle(range(10), (bound) => maskedBelow(order, bound)),
    };
  },
  "rng.mt19937_python": (input) => {
    const { seed } = input as { seed: number };
    const [doubles, choices, ranges, order] = times(4, () => pythonMt19937(seed));
    if (doubles === undefined || choices === undefined || ranges === undefined || order === undefined) return null;
    return {
      random: times(5, () => doubles.double()),
      choices_17: times(20, () => Math.floor(choices.double() * 17)),
      randrange_10: times(12, () => bitsBelow(ranges, 10)),
      sample_30_5: sampleBelow(pythonMt19937(seed), 30, 5),
      shuffle_8: shuffle(range(8), (bound) => bitsBelow(order, bound)),
    };
  },
};

/** NumPy's 64-bit form of Lemire's method. */
function wideIntegers(words: BigUint64Array, bound: bigint): number[] {
  const threshold = (2n ** 64n - bound) % bound;
  return [...words].flatMap((word) => {
    const product = word * bound;
    return BigInt.asUintN(64, product) < threshold ? [] : [Number(product >> 64n)];
  });
}
