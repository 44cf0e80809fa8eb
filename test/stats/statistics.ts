import type { Sufficient } from "../../src/core/sufficient.ts";

/** Statistics of 0/1 scores in percent. */
export function proportionOf(values: readonly number[]): Sufficient {
  return { ...meanOf(values, 100), proportion: true };
}

/** Statistics of scores whose value is `scale` times their mean. */
export function meanOf(values: ArrayLike<number>, scale = 1): Sufficient {
  return {
    n: values.length,
    width: 1,
    rows: Float64Array.from(values),
    proportion: false,
    mean: true,
    scale,
    value: (sums, n) => (scale * (sums[0] as number)) / n,
  };
}

/** Statistics of a metric that is no mean: 100 × sum of the first column ÷ sum of the second. */
export function ratioOf(pairs: readonly (readonly [number, number])[]): Sufficient {
  return {
    n: pairs.length,
    width: 2,
    rows: Float64Array.from(pairs.flat()),
    proportion: false,
    mean: false,
    scale: 1,
    value: (sums) => (100 * (sums[0] as number)) / (sums[1] as number),
  };
}
