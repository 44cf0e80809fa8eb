/** The samples of one task as numbers and short texts, in memory; whole texts are read one sample at a time. */
export interface TaskSamples {
  readonly task: string;
  /** Samples; they are named by their position in the dataset from 0. */
  readonly n: number;
  id(sample: number): string;
  /** A short beginning of the prompt. */
  preview(sample: number): string;
  /** Null where the task has no such slice field. */
  slice(field: string, sample: number): string | null;
  /** Per-sample score by row key and place of the checkpoint; NaN where there is none. */
  score(key: string, checkpoint: number, sample: number): number;
  /** Lowest and highest score that any checkpoint has; and whether there is nothing between. */
  seen(key: string): { readonly low: number; readonly high: number; readonly isBinary: boolean };
  /** Bits of `AnswerStatus`; 0 where the checkpoint did not run the sample. */
  status(checkpoint: number, sample: number): number;
  sameText(a: number, b: number, sample: number): boolean;
}

export const AnswerStatus = { answered: 1, failed: 2, truncated: 4, empty: 8 } as const;
