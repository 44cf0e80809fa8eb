/** One logged point of a training run. Values may be NaN or infinite: that is a finding, not an error. */
export interface TrainingPoint {
  readonly step: number;
  readonly epoch?: number;
  readonly trainLoss?: number;
  readonly evalLoss?: number;
  readonly learningRate?: number;
  readonly gradNorm?: number;
  /** Further logged scalars by their own names, for example "eval_accuracy". */
  readonly extra?: Readonly<Record<string, number>>;
}

/** A training run as its log tells it: ascending steps, each once, a resumed run's repeats already replaced. */
export interface TrainingLog {
  /** Name of the reader that understood the file. */
  readonly format: string;
  readonly points: readonly TrainingPoint[];
  /** What the reader had to cut, replace or guess, in words for the user. */
  readonly warnings: readonly string[];
}
