import { resourceUse } from "../resources.ts";
import type { RunData } from "../run-data.ts";
import { readSlots, type AnswerSlot } from "./answer-slots.ts";
import { conditionsOf, type Conditions } from "./conditions.ts";

/** What one run measured while it evaluated a checkpoint. */
export interface MeasuredRun {
  readonly id: string;
  /** ISO 8601. */
  readonly startedAt: string;
  /** Most used on one GPU, MiB; null where none was watched. */
  readonly memory: number | null;
  /** Joules a generated token; null where no GPU was watched without gaps. */
  readonly energy: number | null;
  /** Test unit's key → its answers, by sample × repeats + repeat. */
  readonly answers: () => ReadonlyMap<string, readonly AnswerSlot[]>;
}

/** What a baseline measured: its own run first, then repetitions of it with the same checkpoint. */
export interface Measurements {
  readonly conditions: Conditions;
  readonly runs: readonly MeasuredRun[];
}

/** What a run measured of one of its checkpoints. */
export async function measure(data: RunData, checkpoint: string): Promise<Measurements> {
  const { manifest } = data;
  const tests = manifest.units.filter(({ split }) => split === "test");
  const use = (await resourceUse(data))?.checkpoints.find((each) => each.checkpoint === checkpoint);
  const read = await readSlots(data, checkpoint, tests);
  const slots = new Map([...read].map(([key, unit]) => [key, unit.slots]));
  const run = {
    id: manifest.id,
    startedAt: manifest.attempts[0]?.startedAt ?? "",
    memory: use?.peakMemory ?? null,
    energy: use?.joulesPerToken ?? null,
    answers: () => slots,
  };
  return { conditions: conditionsOf(manifest, checkpoint), runs: [run] };
}
