import type { Saturation, StageResult } from "./load-result.ts";

/** A stage is worth its load while the best of the sweep brings less than this much more. */
const WORTH = 0.95;

/**
 * Where more load no longer brings more. Closed loops: the smallest concurrency that gives 95 % of the sweep's best rate
 * of output tokens (of requests, where none are counted), if a higher one was tried. Open loops: the highest rate at which
 * requests do not pile up, that is, at which their wait grows by less than 5 % of the time that passes.
 *
 * @param stages of one kind of arrival, in ascending order of load
 */
export function findSaturation(stages: readonly StageResult[]): Saturation | null {
  if (stages.length < 2) return null;
  if (stages.every(({ requests }) => requests.completed === 0)) {
    return { stage: null, why: "not found: no request was answered" };
  }
  return stages.every(({ stage }) => stage.rate !== null) ? openLoop(stages) : closedLoop(stages);
}

function speedOf({ rates }: StageResult): number {
  return (rates.outputTokens ?? rates.requests).value;
}

function closedLoop(stages: readonly StageResult[]): Saturation {
  const best = Math.max(...stages.map(speedOf));
  const stage = stages.findIndex((each) => speedOf(each) >= WORTH * best);
  const most = stages.at(-1)?.stage.concurrency ?? 0;
  if (stage < 0 || stage === stages.length - 1 || best === 0) {
    return { stage: null, why: `not reached: the rate still grows at ${most} at a time` };
  }
  const at = stages[stage]?.stage.concurrency ?? 0;
  return {
    stage,
    why: `${at} at a time give ${Math.round((100 * speedOf(stages[stage] as StageResult)) / best)} % of the best rate; more only wait`,
  };
}

function openLoop(stages: readonly StageResult[]): Saturation {
  // Not the rate of answers: with random arrivals, and at the edges of a short measurement, that says little.
  const keepsUp = ({ waitGrowth, requests }: StageResult): boolean =>
    requests.completed > 0 && requests.unsent === 0 && (waitGrowth ?? 0) < 1 - WORTH;
  const last = stages.findLastIndex(keepsUp);
  const most = stages.at(-1)?.stage.rate ?? 0;
  if (last === stages.length - 1)
    return { stage: null, why: `not reached: ${most} requests a second are kept up with` };
  if (last < 0) return { stage: null, why: "below the lowest rate: not even that is kept up with" };
  return {
    stage: last,
    why: `${stages[last]?.stage.rate ?? 0} requests a second are kept up with, ${stages[last + 1]?.stage.rate ?? 0} are not`,
  };
}

/**
 * True if another doubling of the clients is not worth trying: the last stage brought less than 5 % over the one before,
 * or no answer at all.
 */
export function isSaturated(stages: readonly StageResult[]): boolean {
  const [before, last] = stages.slice(-2);
  if (before === undefined || last === undefined) return false;
  return last.requests.completed === 0 || speedOf(last) < speedOf(before) / WORTH;
}
