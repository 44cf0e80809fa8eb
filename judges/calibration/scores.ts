/** Probabilities are kept this far from 0 and 1, so that one sure error is not infinitely bad: a double's epsilon. */
const EPSILON = 2 ** -52;

/** Probabilities from log-probabilities that need not sum to one. */
export function softmax(logprobs: readonly number[]): number[] {
  const highest = Math.max(...logprobs);
  // All impossible: nothing tells them apart.
  if (highest === -Infinity) return logprobs.map(() => 1 / logprobs.length);
  const weights = logprobs.map((logprob) => Math.exp(logprob - highest));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/** Negative logarithm of the probability given to what was true (log_loss of scikit-learn 1.9.1 is its mean). */
export function logLoss(probability: number): number {
  return -Math.log(Math.min(Math.max(probability, EPSILON), 1 - EPSILON));
}

/** Brier's score of probabilities of classes: squared distances summed, 0..2. Half of it is the score of one of two classes. */
export function brier(probabilities: readonly number[], target: number): number {
  return probabilities.reduce((sum, p, index) => sum + (p - (index === target ? 1 : 0)) ** 2, 0);
}
