import { hashSeed } from "../../stats/hash-seed.ts";
import { quantile } from "../../stats/quantile.ts";
import { quantileChange } from "../../stats/quantile-change.ts";
import { LEAST_MEASUREMENTS, LEAST_PAIRS, ratioChange, ratioToNext } from "../../stats/ratio-change.ts";
import type { UnitInfo } from "../../run/store/records.ts";
import type { Gate } from "../../suite/suite.ts";
import { readSlots } from "../measured/answer-slots.ts";
import type { MeasuredRun } from "../measured/measurements.ts";
import { unitKey } from "../shard-scan.ts";
import type { GateEvidence } from "./evidence.ts";
import { sliceMembers } from "./gate-samples.ts";
import type { GateInputs } from "./look.ts";
import { geometricMean, measuredEvidence, type Compared } from "./run-figures.ts";

interface Timed {
  readonly gate: Gate;
  readonly alpha: number;
  readonly units: readonly UnitInfo[];
  readonly runs: readonly MeasuredRun[];
  readonly inputs: GateInputs;
}

/** What the times of the same answers say, in this run and in those of the baseline. */
export async function compareTimes(timed: Timed): Promise<Compared> {
  const { gate, alpha, inputs } = timed;
  // Two runs of the baseline show no spread between runs: answers are compared with the first.
  const runs = timed.runs.length < LEAST_MEASUREMENTS ? timed.runs.slice(0, 1) : timed.runs;
  const [head, ...before] = await commonTimes({ ...timed, runs });
  const n = head?.length ?? 0;
  if (head === undefined || n < LEAST_PAIRS) {
    const why = `${n} answers were timed in both runs, and it takes ${LEAST_PAIRS}: those from the cache have no times, \`--no-cache\` asks for all of them`;
    return { evidence: null, why };
  }
  const seed = hashSeed(String(inputs.seed), gate.metric);
  return { evidence: timesEvidence({ gate, alpha, seed, head, before }), why: null };
}

/**
 * The milliseconds of the answers that were timed in this run and in all of the baseline's, in the order in which this
 * one got them: this run's first.
 */
async function commonTimes({ gate, units, runs, inputs }: Timed): Promise<Float64Array[]> {
  const { data, checkpoint } = inputs;
  const now = await readSlots(data, data.checkpoints[checkpoint]?.id ?? "", units);
  const lists: number[][] = Array.from({ length: runs.length + 1 }, () => []);
  for (const unit of units) {
    const key = unitKey(unit);
    const members = await sliceMembers(data.folder, unit, gate.slice);
    const { slots = [], order = [] } = now.get(key) ?? {};
    const sides = [slots, ...runs.map((run) => run.answers().get(key) ?? [])];
    for (const slot of order) {
      if (members?.has(Math.floor(slot / unit.repeats)) === false) continue;
      const times = sides.map((side) => side[slot]).filter((time) => typeof time === "number");
      if (times.length === sides.length) times.forEach((time, side) => lists[side]?.push(time));
    }
  }
  return lists.map((list) => Float64Array.from(list, (time) => Math.max(time, LEAST_TIME)));
}

/** Half of what stored times are rounded to: logarithms need more than 0. */
const LEAST_TIME = 0.005;

interface Times {
  readonly gate: Gate;
  readonly alpha: number;
  readonly seed: number;
  /** Milliseconds of the same answers in every list, in the order of answering; at least `LEAST_PAIRS`. */
  readonly head: Float64Array;
  /** One run of the baseline, or `LEAST_MEASUREMENTS` and more. */
  readonly before: readonly Float64Array[];
}

/**
 * With one run of the baseline the answers are paired: what is told then is whether these answers took longer, be it for
 * the model or for a machine that was slower on that day. With three runs or more this run is held against their spread,
 * which has both in it.
 */
export function timesEvidence({ gate, alpha, seed, head, before }: Times): GateEvidence {
  const isTail = gate.metric.endsWith("_p95");
  const share = isTail ? 0.95 : 0.5;
  const at = (times: Float64Array): number => quantile(times.toSorted(), share);
  const sizeOf = (times: Float64Array): number => (isTail ? at(times) : geometricMean([...times]));
  const [first = head] = before;
  const isRuns = before.length >= LEAST_MEASUREMENTS;
  const change = isRuns
    ? ratioToNext(before.map(sizeOf), sizeOf(head), { alpha })
    : isTail
      ? quantileChange(first, head, { share, alpha, seed })
      : ratioChange(first, head, { alpha });
  return measuredEvidence({
    gate,
    alpha,
    base: geometricMean(before.map(at)),
    head: at(head),
    change,
    unit: isTail ? "ms at the 95th percentile" : "ms at the median",
    on: `on ${head.length} answers${isRuns ? ` against ${before.length} runs of the baseline` : ", one run against one"}`,
    isOfSamples: !isRuns,
  });
}
