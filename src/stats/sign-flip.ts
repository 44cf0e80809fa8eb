/** Above this many differences, enumeration takes too long. */
const MOST_SIGN_FLIPS = 24;

/**
 * Exact two-sided sign-flip test (Fisher's randomisation test) of at most 24 differences around 0: the share of the 2ⁿ
 * choices of signs whose sum is at least as far from 0 as the observed one. Signs change one at a time (Gray code).
 */
export function signFlipExact(differences: readonly number[]): number {
  const n = differences.length;
  if (n > MOST_SIGN_FLIPS) throw new RangeError(`cannot enumerate the signs of ${n} differences`);
  let sum = 0;
  for (const d of differences) sum += d;
  // Sums that are equal but for rounding count as equal.
  const limit = Math.abs(sum) * (1 - 1e-9) - 1e-12;
  const signs = new Int8Array(n).fill(1);
  let beyond = 1;
  for (let i = 1; i < 2 ** n; i++) {
    const flip = 31 - Math.clz32(i & -i);
    const sign = -(signs[flip] as number);
    signs[flip] = sign;
    sum += 2 * sign * (differences[flip] as number);
    if (Math.abs(sum) >= limit) beyond++;
  }
  return beyond / 2 ** n;
}
