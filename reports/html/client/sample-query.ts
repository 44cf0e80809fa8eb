import { compileFilter, type SampleFacts } from "../../filter-match.ts";
import type { FilterQuery, Flag } from "../../filter-query.ts";
import { Status } from "../data/format.ts";
import type { MetricScores, ReportData } from "./report-data.ts";
import type { SortKey } from "./selection.ts";
import { TRAJECTORIES, type Trajectory } from "./trajectory.ts";

/** What a list of samples is made of. */
export interface QueryContext {
  readonly data: ReportData;
  readonly scores: MetricScores;
  readonly trajectories: Uint8Array;
  readonly base: number;
  readonly head: number;
}

const SAME = 1e-9;

/** Head minus base, so that better is positive; NaN where one has no score. */
export function improvement({ scores, base, head }: QueryContext, sample: number): number {
  const change = scores.value(head, sample) - scores.value(base, sample);
  return scores.metric.higherIsBetter ? change : -change;
}

/** The metric's samples that a filter lets through, in the wanted order. */
export function findSamples(
  context: QueryContext,
  query: FilterQuery,
  { sort, descending }: { readonly sort: SortKey; readonly descending: boolean },
): Uint32Array {
  const { start, count } = context.scores;
  const facts = factsOf(context);
  const matches = compileFilter(query);
  const found = new Uint32Array(count);
  let size = 0;
  for (let sample = start; sample < start + count; sample++) {
    facts.at = sample;
    if (matches(facts)) found[size++] = sample;
  }
  return sortSamples(context, found.slice(0, size), { sort, descending });
}

function sortSamples(
  context: QueryContext,
  samples: Uint32Array,
  { sort, descending }: { readonly sort: SortKey; readonly descending: boolean },
): Uint32Array {
  const { data, scores, head } = context;
  if (sort === "order") return descending ? samples.reverse() : samples;
  const sign = descending ? -1 : 1;
  if (sort === "id") {
    const names = new Intl.Collator("en", { numeric: true });
    return samples.sort((a, b) => sign * names.compare(data.ids[a] ?? "", data.ids[b] ?? "") || a - b);
  }
  const valueOf = (sample: number): number =>
    sort === "score" ? scores.value(head, sample) : improvement(context, sample);
  // Read once a sample, not once a comparison; what has no value stands at the end either way.
  const keys = new Float64Array(scores.count);
  for (const sample of samples) {
    const value = sign * valueOf(sample);
    keys[sample - scores.start] = Number.isNaN(value) ? Infinity : value;
  }
  const keyOf = (sample: number): number => keys[sample - scores.start] as number;
  return samples.sort((a, b) => {
    const [keyA, keyB] = [keyOf(a), keyOf(b)];
    return keyA < keyB ? -1 : keyA > keyB ? 1 : a - b;
  });
}

/** The facts of the sample that it points at: one object for a whole scan. */
interface FactsCursor extends SampleFacts {
  at: number;
}

function factsOf(context: QueryContext): FactsCursor {
  const { data, scores, base, head } = context;
  const task = data.meta.tasks[scores.metric.task]?.name ?? "";
  const fields = new Map(data.meta.slices.map(({ field }, place) => [field, place]));
  const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value);
  return {
    at: 0,
    task,
    get id() {
      return data.ids[this.at] ?? "";
    },
    get preview() {
      return data.previews[this.at] ?? "";
    },
    slice(field) {
      const place = fields.get(field);
      return place === undefined ? null : data.slice(place, this.at);
    },
    has(flag) {
      return hasFlag(context, flag, this.at);
    },
    get score() {
      return orNull(scores.value(head, this.at));
    },
    get delta() {
      return orNull(scores.value(head, this.at) - scores.value(base, this.at));
    },
  };
}

function hasFlag(context: QueryContext, flag: Flag, sample: number): boolean {
  return FLAG_TESTS[flag](context, sample);
}

type FlagTest = (context: QueryContext, sample: number) => boolean;

const FLAG_TESTS: Readonly<Record<Flag, FlagTest>> = {
  broken: (context, sample) => improvement(context, sample) < -SAME,
  fixed: (context, sample) => improvement(context, sample) > SAME,
  same: (context, sample) => Math.abs(improvement(context, sample)) <= SAME,
  differs: ({ data, base, head }, sample) => !data.sameText(base, head, sample),
  flip: hasTrajectory("flip"),
  gained: hasTrajectory("gained"),
  lost: hasTrajectory("lost"),
  steady: hasTrajectory("high", "low"),
  failed: hasStatus(Status.failed),
  truncated: hasStatus(Status.truncated),
  empty: hasStatus(Status.empty),
  missing: ({ data, head }, sample) => data.status(head, sample) === 0,
  text: ({ data }, sample) => data.hasText(sample),
};

function hasTrajectory(...names: readonly Trajectory[]): FlagTest {
  const places = new Set(names.map((name) => TRAJECTORIES.findIndex((item) => item.name === name)));
  return ({ scores, trajectories }, sample) => places.has(trajectories[sample - scores.start] ?? -1);
}

function hasStatus(bit: number): FlagTest {
  return ({ data, head }, sample) => (data.status(head, sample) & bit) !== 0;
}

/** How many of the task's samples have each of some flags. */
export function countFlags(context: QueryContext, flags: readonly Flag[]): ReadonlyMap<Flag, number> {
  const { start, count } = context.scores;
  const counts = new Map(flags.map((flag) => [flag, 0]));
  for (let sample = start; sample < start + count; sample++) {
    for (const flag of flags) if (hasFlag(context, flag, sample)) counts.set(flag, (counts.get(flag) ?? 0) + 1);
  }
  return counts;
}
