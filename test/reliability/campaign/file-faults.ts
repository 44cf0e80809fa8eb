import { EvalhError, messageOf, rootError } from "../../../src/core/errors.ts";
import type { PreparedRun } from "../../../src/run/prepare.ts";
import { addTallies, NOTHING, readAnswers, tallyOf, type Tally } from "./answers.ts";
import { injectFaults } from "./faulty-files.ts";
import { attempt, makeToy, resumeToy, startToy, type Toy } from "./toy-run.ts";

export interface FileFaultResult extends Tally {
  readonly runs: number;
  readonly attempts: number;
  /** Code → how often the file system failed so. */
  readonly injected: Readonly<Record<string, number>>;
  /** Answers that had been acknowledged and were not in the store after an attempt. */
  readonly acknowledgedLost: number;
  /** Errors that were no `E_STORE` with a place. */
  readonly unclear: readonly string[];
}

interface FileFaultOptions {
  readonly runs: number;
  readonly samples: number;
  readonly seed: number;
}

/** Shares of operations that fail, from now and then to almost nothing works. */
const RATES = [0.01, 0.03, 0.1, 0.2];

/** After so many attempts a run is finished on a sound disk. */
const FAULTY_ATTEMPTS = 12;

/** Runs on a file system that fails at random points, each resumed until it is complete. */
export async function fileFaultCampaign({ runs, samples, seed }: FileFaultOptions): Promise<FileFaultResult> {
  await using toy = await makeToy(samples);
  const calm = await startToy(toy);
  await attempt(calm);
  const expected = await readAnswers(calm.folder);
  const injected: Record<string, number> = {};
  const unclear: string[] = [];
  let tally = NOTHING;
  let attempts = 0;
  let acknowledgedLost = 0;
  for (let index = 0; index < runs; index++) {
    const state: RunState = { run: null, acknowledged: 0 };
    for (let tried = 0; tried < FAULTY_ATTEMPTS; tried++) {
      attempts++;
      const plan = {
        seed: seed + index * FAULTY_ATTEMPTS + tried,
        rate: RATES[index % RATES.length] ?? 0.1,
        under: toy.root,
      };
      const error = await faultyAttempt(toy, state, { plan, injected });
      if (error !== null && !isClear(error)) unclear.push(messageOf(error));
      if (state.run === null) continue;
      const stored = (await readAnswers(state.run.folder)).byKey.size;
      acknowledgedLost += Math.max(0, state.acknowledged - stored);
      if (error === null) break;
    }
    const run = state.run ?? (await startToy(toy));
    await attempt(run);
    tally = addTallies(tally, tallyOf(expected, await readAnswers(run.folder)));
  }
  return { runs, attempts, injected, acknowledgedLost, unclear, ...tally };
}

interface RunState {
  run: PreparedRun | null;
  /** Answers that the user was told are done, over all attempts. */
  acknowledged: number;
}

async function faultyAttempt(
  toy: Toy,
  state: RunState,
  { plan, injected }: { readonly plan: Parameters<typeof injectFaults>[0]; readonly injected: Record<string, number> },
): Promise<unknown> {
  const faults = await injectFaults(plan);
  try {
    state.run = state.run === null ? await startToy(toy) : await resumeToy(toy, state.run.folder);
    await attempt(state.run, (count) => (state.acknowledged += count));
    return null;
  } catch (error) {
    return rootError(error);
  } finally {
    faults[Symbol.dispose]();
    for (const [kind, count] of faults.injected) injected[kind] = (injected[kind] ?? 0) + count;
  }
}

function isClear(error: unknown): boolean {
  return error instanceof EvalhError && error.code === "E_STORE" && error.place !== undefined;
}
