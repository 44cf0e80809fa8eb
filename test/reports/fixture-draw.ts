import type { Estimate } from "../../src/core/estimate.ts";

/** A number in [0, 1) that depends on its arguments alone (a 32-bit mix; Wellons 2018, "lowbias32"). */
export function draw(...keys: readonly number[]): number {
  let hash = 0x9e3779b9;
  for (const key of keys) {
    hash = Math.imul(hash ^ (key + 0x7f4a7c15), 0x21f0aaad);
    hash = Math.imul(hash ^ (hash >>> 15), 0x735a2d97);
    hash ^= hash >>> 15;
  }
  return (hash >>> 0) / 2 ** 32;
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

export function deviation(values: readonly number[]): number {
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / Math.max(1, values.length - 1));
}

export function wilson(p: number, n: number): Estimate {
  const z2 = 1.96 ** 2;
  const middle = (p + z2 / (2 * n)) / (1 + z2 / n);
  const half = (1.96 * Math.sqrt((p * (1 - p)) / n + z2 / (4 * n * n))) / (1 + z2 / n);
  return {
    value: p * 100,
    n,
    lo: Math.max(0, middle - half) * 100,
    hi: Math.min(1, middle + half) * 100,
    method: "wilson-95",
  };
}
