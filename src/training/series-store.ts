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
  readonly warnings: readonly string[];
  /** Another file of the same training begins. */
  readonly startFile: () => void;
  /** Says in the warnings what was replaced or left out. Call once, at the end. */
  readonly finish: () => void;
}

// No trainer logs so many names or is resumed so often: such a file is not a training log, and would cost
// quadratic time.
const MAX_NAMES = 2000;
const MAX_REWINDS = 10_000;
const MAX_WARNINGS = 20;

/** @param file what is being read, for messages */
export function createSeriesStore(file: string): SeriesStore {
  const series = new Map<string, Series>();
  const warnings = new Set<string>();
  let rewinds = 0;
  let firstRewind: { readonly from: number; readonly to: number } | null = null;
  let ignoredNames = 0;
  let badSteps = 0;

  /** A name is logged at a step it had already passed: from there on the earlier values belong to a lost past. */
  function rewind(from: number, to: number): void {
    rewinds++;
    firstRewind ??= { from, to };
    if (rewinds > MAX_REWINDS) {
      throw new EvalhError("E_TRAINING_LOG", `the steps in ${file} go back more than ${MAX_REWINDS} times`, {
        place: { file },
        hint: "give each training run a log of its own",
      });
    }
    for (const one of series.values()) truncateAfter(one, to);
  }

  function scalar(step: number, name: string, value: number): void {
    if (!Number.isFinite(step) || step < 0) {
      badSteps++;
      return;
    }
    let one = series.get(name);
    if (one === undefined) {
      if (series.size >= MAX_NAMES) {
        ignoredNames++;
        return;
      }
      one = { steps: [], values: [] };
      series.set(name, one);
    }
    const last = one.steps.at(-1);
    if (last !== undefined && step < last) rewind(last, step);
    if (one.steps.at(-1) === step) {
      one.values[one.values.length - 1] = value;
    } else {
      one.steps.push(step);
      one.values.push(value);
    }
  }

  function finish(): void {
    if (firstRewind !== null) {
      const times = rewinds === 1 ? "" : ` (${rewinds} times in all)`;
      warnings.add(
        `the steps go back from ${firstRewind.from} to ${firstRewind.to}${times}, as after a resume: the later values replace the earlier`,
      );
    }
    if (ignoredNames > 0) warnings.add(`only the first ${MAX_NAMES} names of scalars were read`);
    if (badSteps > 0) warnings.add(`${badSteps} values without a usable step were left out`);
  }

  return {
    series,
    scalar,
    finish,
    warn: (message) => {
      if (warnings.size < MAX_WARNINGS) warnings.add(message);
    },
    startFile: () => undefined,
    get warnings() {
      return [...warnings];
    },
  };
}

/** Drops what lies after a step; what lies at it stays until it is logged again. */
function truncateAfter({ steps, values }: Series, step: number): void {
  let keep = steps.length;
  while (keep > 0 && (steps[keep - 1] as number) > step) keep--;
  steps.length = keep;
  values.length = keep;
}
