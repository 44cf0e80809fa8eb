import { EvalhError } from "../../core/errors.ts";
import { conditionConflict } from "../measured/conditions.ts";
import { measure, type Measurements } from "../measured/measurements.ts";
import type { RunData } from "../run-data.ts";
import type { BaselineFile } from "./baseline-file.ts";
import { unitConflict } from "./baseline.ts";
import { storeMeasured, type StoredMeasurements } from "./stored-measurements.ts";

/**
 * What a baseline measured, with one more run of the same checkpoint: from three runs on, gates on times, memory and
 * energy know how far runs of an unchanged model lie apart.
 * @throws EvalhError E_NOT_COMPARABLE if the run is no repetition of the baseline's
 */
export async function withRepetition(baseline: BaselineFile, data: RunData): Promise<StoredMeasurements> {
  const { manifest } = data;
  const refuse = (why: string, hint: string): EvalhError =>
    new EvalhError("E_NOT_COMPARABLE", `run ${manifest.id} is no repetition of the baseline's: ${why}`, { hint });
  const before = baseline.measured;
  if (before === undefined) {
    throw refuse("the baseline does not hold what was measured", "make it anew with `evalh baseline update`");
  }
  if (before.runs.some(({ id }) => id === manifest.id)) {
    throw refuse("it is in there already", "run the suite again with `--no-cache`, then add that run");
  }
  const conflict =
    baseline.suite.name === manifest.suite.name ? unitsConflict(baseline, data) : "it is of another suite";
  if (conflict !== null) throw refuse(conflict, "repeat what the baseline's run asked");
  const repeated = sameCheckpoint(baseline, data);
  if (repeated === null) {
    const { id, digest } = baseline.checkpoint;
    throw refuse(`it has no checkpoint with the weights of ${id} (${digest?.slice(0, 12)})`, "repeat that checkpoint");
  }
  const found = await measure(data, repeated);
  const measured = storeMeasured(found);
  const other = conditionConflict(measured.conditions, before.conditions);
  if (other !== null) throw refuse(other, "repeat it under the conditions of the first, or make a new baseline");
  if (!hasTimes(found)) {
    throw refuse("all of its answers came from the cache", "run it with `--no-cache`");
  }
  return { ...before, runs: [...before.runs, ...measured.runs] };
}

function unitsConflict(baseline: BaselineFile, { manifest }: RunData): string | null {
  const tests = manifest.units.filter(({ split }) => split === "test");
  const lacks = baseline.units.find(({ task }) => !tests.some((unit) => unit.task === task));
  if (lacks !== undefined) return `it did not ask task "${lacks.task}"`;
  return tests.map((unit) => unitConflict(baseline, unit)).find((reason) => reason !== null) ?? null;
}

/** Id of the run's checkpoint with the baseline's weights; by name where weights have no digest. */
function sameCheckpoint({ checkpoint: { id, digest } }: BaselineFile, { checkpoints }: RunData): string | null {
  const found = checkpoints.find((each) => (digest === null ? each.id === id : each.digest === digest));
  return found?.id ?? null;
}

function hasTimes({ runs }: Measurements): boolean {
  const answers = runs.flatMap((run) => [...run.answers().values()]);
  return answers.some((slots) => slots.some((slot) => typeof slot === "number"));
}
