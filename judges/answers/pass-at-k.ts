/**
 * The probability that at least one of k samples drawn without replacement from n is right, where c of the n are
 * (Chen et al., "Evaluating Large Language Models Trained on Code", 2021). NaN for fewer samples than k.
 */
export function passAtK(n: number, c: number, k: number): number {
  if (n < k) return Number.NaN;
  if (n - c < k) return 1;
  let allWrong = 1;
  for (let i = n - c + 1; i <= n; i++) allWrong *= 1 - k / i;
  return 1 - allWrong;
}

/** The probability that all of k samples drawn without replacement from n are right (pass^k of τ-bench, 2024). */
export function passHatK(n: number, c: number, k: number): number {
  if (n < k) return Number.NaN;
  let allRight = 1;
  for (let i = 0; i < k; i++) allRight *= Math.max(c - i, 0) / (n - i);
  return allRight;
}
