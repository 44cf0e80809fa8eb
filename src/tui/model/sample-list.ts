import { compileFilter, type SampleFacts } from "../../../reports/filter-match.ts";
import type { FilterQuery, Flag } from "../../../reports/filter-query.ts";
import { trajectoryOf, type Trajectory } from "../../../reports/trajectory.ts";
import type { MetricFacts } from "./snapshot.ts";
import { AnswerStatus, type TaskSamples } from "./task-samples.ts";

export const SORTS = ["order", "change", "score", "id"] as const;

export type SortKey = (typeof SORTS)[number];

/** What a list of samples is made of: places of checkpoints in the comparison's order. */
export interface ListContext {
  readonly samples: TaskSamples;
  readonly row: MetricFacts;
  readonly base: number;
  readonly head: number;
  /** Places of the series, along which trajectories run. */
  readonly series: readonly number[];
}

const SAME = 1e-9;
/** Moves smaller than this share of the range are noise of a metric that is not binary. */
const SMALL = 0.05;

/** The samples that a filter lets through, in the wanted order; the worst change first, the lowest score first. */
export function findSamples(context: ListContext, query: FilterQuery, sort: SortKey): Uint32Array {
  const { samples } = context;
  const matches = compileFilter(query);
  const facts = factsOf(context);
  const found = new Uint32Array(samples.n);
  let size = 0;
  for (let sample = 0; sample < samples.n; sample++) {
    facts.at = sample;
    if (matches(facts)) found[size++] = sample;
  }
  return sorted(context, found.subarray(0, size), sort);
}

function sorted(context: ListContext, found: Uint32Array, sort: SortKey): Uint32Array {
  if (sort === "order") return found;
  if (sort === "id") {
    const names = new Intl.Collator("en", { numeric: true });
    return found.sort((a, b) => names.compare(context.samples.id(a), context.samples.id(b)) || a - b);
  }
  // Read once a sample, not once a comparison; what has no value stands at the end.
  const keys = new Float64Array(context.samples.n);
  for (const sample of found) {
    const value = sort === "change" ? improvement(context, sample) : headScore(context, sample);
    keys[sample] = Number.isNaN(value) ? Infinity : value;
  }
  return found.sort((a, b) => {
    const [keyA, keyB] = [keys[a] as number, keys[b] as number];
    return keyA < keyB ? -1 : keyA > keyB ? 1 : a - b;
  });
}

function headScore({ samples, row, head }: ListContext, sample: number): number {
  return samples.score(row.key, head, sample);
}

/** Head minus base, so that better is positive; NaN where one has no score. */
function improvement({ samples, row, base, head }: ListContext, sample: number): number {
  const change = samples.score(row.key, head, sample) - samples.score(row.key, base, sample);
  return row.higherIsBetter ? change : -change;
}

/** The facts of the sample that it points at: one object for a whole scan. */
interface FactsCursor extends SampleFacts {
  at: number;
}

function factsOf(context: ListContext): FactsCursor {
  const { samples, row, base, head } = context;
  const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value);
  return {
    at: 0,
    task: samples.task,
    get id() {
      return samples.id(this.at);
    },
    get preview() {
      return samples.preview(this.at);
    },
    slice(field) {
      return samples.slice(field, this.at);
    },
    has(flag) {
      return FLAG_TESTS[flag](context, this.at);
    },
    get score() {
      return orNull(samples.score(row.key, head, this.at));
    },
    get delta() {
      return orNull(samples.score(row.key, head, this.at) - samples.score(row.key, base, this.at));
    },
  };
}

type FlagTest = (context: ListContext, sample: number) => boolean;

const FLAG_TESTS: Readonly<Record<Flag, FlagTest>> = {
  broken: (context, sample) => improvement(context, sample) < -SAME,
  fixed: (context, sample) => improvement(context, sample) > SAME,
  same: (context, sample) => Math.abs(improvement(context, sample)) <= SAME,
  differs: ({ samples, base, head }, sample) => !samples.sameText(base, head, sample),
  flip: (context, sample) => moved(context, sample) === "flip",
  gained: (context, sample) => moved(context, sample) === "gained",
  lost: (context, sample) => moved(context, sample) === "lost",
  steady: (context, sample) => ["high", "low"].includes(moved(context, sample)),
  failed: hasStatus(AnswerStatus.failed),
  truncated: hasStatus(AnswerStatus.truncated),
  empty: hasStatus(AnswerStatus.empty),
  missing: ({ samples, head }, sample) => samples.status(head, sample) === 0,
  // Here every text can be read.
  text: () => true,
};

function hasStatus(bit: number): FlagTest {
  return ({ samples, head }, sample) => (samples.status(head, sample) & bit) !== 0;
}

function moved({ samples, row, series }: ListContext, sample: number): Trajectory {
  const [low, high] = rangeOf(samples, row);
  const { isBinary } = samples.seen(row.key);
  return trajectoryOf(
    series.map((checkpoint) => samples.score(row.key, checkpoint, sample)),
    {
      small: Math.max(SAME, (high - low) * (isBinary ? 0 : SMALL)),
      middle: low + (high - low) / 2,
      higherIsBetter: row.higherIsBetter,
    },
  );
}

/** The metric's bounds, or what was seen where it has none. */
export function rangeOf(samples: TaskSamples, { key, range }: MetricFacts): readonly [number, number] {
  const { low, high } = samples.seen(key);
  return [Number.isFinite(range[0]) ? range[0] : low, Number.isFinite(range[1]) ? range[1] : high];
}
