/** The only aggregate there is: no score travels without its uncertainty. */
export interface Estimate {
  readonly value: number;
  /** How many samples stand behind the value. Failed and skipped samples are not among them. */
  readonly n: number;
  /** Bounds of the confidence interval, at 95 % unless `method` says otherwise. */
  readonly lo: number;
  readonly hi: number;
  /** How the interval was made, for example "wilson-95" or "bootstrap-percentile-95 (1000, seed 42)". */
  readonly method: string;
}

/** False where nothing is known of a value's error: its bounds are then the value itself. */
export function hasInterval({ method }: Pick<Estimate, "method">): boolean {
  return !method.startsWith("none");
}
