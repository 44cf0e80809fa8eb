/** Mean, size and standard error of one of several subtasks. */
export interface Subtask {
  readonly value: number;
  readonly n: number;
  readonly error: number;
}

/** Mean over all samples: subtasks weigh by their size. */
export function weightedMean(subtasks: readonly Subtask[]): number {
  return subtasks.reduce((sum, { value, n }) => sum + value * n, 0) / total(subtasks);
}

/**
 * Standard error of the mean over all samples from the pooled within-subtask variance, as lm-evaluation-harness reports
 * it for groups (`pooled_sample_stderr`). Differences between subtasks are not in it.
 */
export function pooledError(subtasks: readonly Subtask[]): number {
  const squares = subtasks.reduce((sum, { n, error }) => sum + (n - 1) * n * error ** 2, 0);
  const n = total(subtasks);
  return Math.sqrt(squares / (n - subtasks.length)) / Math.sqrt(n);
}

/** Standard error of the plain mean of subtask means: subtasks weigh the same. */
export function unweightedError(subtasks: readonly Subtask[]): number {
  return Math.sqrt(subtasks.reduce((sum, { error }) => sum + error ** 2, 0)) / subtasks.length;
}

function total(subtasks: readonly Subtask[]): number {
  return subtasks.reduce((sum, { n }) => sum + n, 0);
}

/**
 * lm-evaluation-harness's `combined_sample_stderr` to the letter, only for comparing with it: it combines standard
 * errors as if they were deviations of samples and never advances the running size. Its authors advise against it.
 */
export function harnessCombinedError(subtasks: readonly Subtask[]): number {
  const [first, ...rest] = subtasks;
  if (first === undefined) return Number.NaN;
  const { n } = first;
  let { value } = first;
  let variance = first.error ** 2;
  for (const next of rest) {
    const both = n + next.n;
    value = (value * n + next.value * next.n) / both;
    variance =
      ((n - 1) * variance + (next.n - 1) * next.error ** 2) / (both - 1) +
      ((n * next.n) / (both * (both - 1))) * (value - next.value) ** 2;
  }
  return Math.sqrt(variance);
}
