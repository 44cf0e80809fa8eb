import { EvalhError } from "../core/errors.ts";
import type { ScalarSink } from "./log-reader.ts";

/** Values of one name, steps ascending and each once. */
export interface Series {
  readonly steps: number[];
  readonly values: number[];
}

/** Collects scalars as they were logged and replaces what a resumed run logged again. */
export interface SeriesStore extends ScalarSink {
  readonly series: ReadonlyMap<string, Series>;
  /** What had to be replaced, cut or left out so far. */
  readonly warnings: () => readonly string[];
}

// No trainer logs so many names or is resumed so often: such a file is not a training log, and would cost
// quadratic time.
const MAX_NAMES = 2000;
const MAX_REWINDS = 10_000;
const MAX_WARNINGS = 20;

/** @param file what is being read, for messages */
export function createSeriesStore(file: string): SeriesStore {
  const series = new Map<string, Series>();
  const warned = new Set<string>();
  const counts: Counts = { rewinds: 0, firstRewind: null, ignoredNames: 0, badSteps: 0 };

  function seriesOf(name: string): Series | undefined {
    const known = series.get(name);
    if (known !== undefined) return known;
    if (series.size >= MAX_NAMES) {
      counts.ignoredNames++;
      return undefined;
    }
    const one: Series = { steps: [], values: [] };
    series.set(name, one);
    return one;
  }

  /** A name is logged at a step it had already passed: from there on the earlier values belong to a lost past. */
  function rewind(from: number, to: number): void {
    counts.firstRewind ??= { from, to };
    if (++counts.rewinds > MAX_REWINDS) {
      throw new EvalhError("E_TRAINING_LOG", `the steps in ${file} go back more than ${MAX_REWINDS} times`, {
        place: { file },
        hint: "give each training run a log of its own",
      });
    }
    for (const one of series.values()) truncateAfter(one, to);
  }

  function scalar(step: number, name: string, value: number): void {
    if (!Number.isFinite(step) || step < 0) {
      counts.badSteps++;
      return;
    }
    const one = seriesOf(name);
    if (one === undefined) return;
    const { steps, values } = one;
    const last = steps.length === 0 ? -1 : (steps[steps.length - 1] as number);
    if (step < last) rewind(last, step);
    if (steps[steps.length - 1] === step) {
      values[values.length - 1] = value;
    } else {
      steps.push(step);
      values.push(value);
    }
  }

  return {
    series,
    scalar,
    warn: (message) => {
      if (warned.size < MAX_WARNINGS) warned.add(message);
    },
    warnings: () => [...warned, ...describe(counts)],
  };
}

interface Counts {
  rewinds: number;
  firstRewind: { readonly from: number; readonly to: number } | null;
  ignoredNames: number;
  badSteps: number;
}

function describe({ rewinds, firstRewind, ignoredNames, badSteps }: Counts): string[] {
  const warnings: string[] = [];
  if (firstRewind !== null) {
    const times = rewinds === 1 ? "" : ` (the first of ${rewinds} times)`;
    warnings.push(
      `the steps go back from ${firstRewind.from} to ${firstRewind.to}${times}, as after a resume: the later values replace the earlier`,
    );
  }
  if (ignoredNames > 0) warnings.push(`only the first ${MAX_NAMES} names of scalars were read`);
  if (badSteps > 0) warnings.push(`${badSteps} values without a usable step were left out`);
  return warnings;
}

/** Drops what lies after a step; what lies at it stays until it is logged again. */
function truncateAfter({ steps, values }: Series, step: number): void {
  let keep = steps.length;
  while (keep > 0 && (steps[keep - 1] as number) > step) keep--;
  steps.length = keep;
  values.length = keep;
}
