/** One checkpoint's answer, as far as people and their analysis are concerned. */
interface Answer {
  readonly text: string;
  readonly error: object | null;
  /** Metric within the task → score of this sample. */
  readonly scores: Readonly<Record<string, number | null>>;
}

/** One sample of a run with every checkpoint's answer. */
export interface AnsweredSample {
  readonly task: string;
  readonly id: string;
  readonly prompt: string;
  readonly references: readonly string[];
  readonly slices: Readonly<Record<string, string>>;
  /** One entry a checkpoint, in the run's order; null where there is none. */
  readonly outputs: readonly (Answer | null)[];
}
