import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { numpyMt19937 } from "../../../src/stats/mt19937.ts";
import { addTallies, NOTHING, readAnswers, tallyOf, type Tally } from "./answers.ts";
import { attempt, makeToy, startToy } from "./toy-run.ts";

export interface DamageResult extends Tally {
  readonly cuts: number;
  readonly flips: number;
  /** Bytes before the damage that were no longer the same afterwards. */
  readonly touched: number;
}

interface DamageOptions {
  readonly cuts: number;
  readonly flips: number;
  readonly samples: number;
  readonly seed: number;
}

/**
 * Cuts the store of a finished run at random offsets, or flips one of its bits, and continues the run each time: what is
 * damaged must be found and done again, nothing else touched.
 */
export async function damageCampaign({ cuts, flips, samples, seed }: DamageOptions): Promise<DamageResult> {
  const lanes = await Promise.all(
    Array.from({ length: LANES }, (_, lane) =>
      damageLane({ cuts: share(cuts, lane), flips: share(flips, lane), samples, seed: seed + lane }),
    ),
  );
  return {
    cuts,
    flips,
    touched: lanes.reduce((sum, lane) => sum + lane.touched, 0),
    ...lanes.reduce(addTallies, NOTHING),
  };
}

/** Runs that are damaged side by side: most of a round is waiting for the disk. */
const LANES = 4;

function share(count: number, lane: number): number {
  return Math.floor((count + lane) / LANES);
}

async function damageLane({
  cuts,
  flips,
  samples,
  seed,
}: DamageOptions): Promise<Tally & { readonly touched: number }> {
  await using toy = await makeToy(samples);
  const run = await startToy(toy);
  await attempt(run);
  const expected = await readAnswers(run.folder);
  const [name = ""] = await readdir(join(run.folder, "samples"));
  const shard = join(run.folder, "samples", name);
  const whole = await readFile(shard);
  const random = numpyMt19937(seed);
  let tally = NOTHING;
  let touched = 0;
  for (let round = 0; round < cuts + flips; round++) {
    const at = Math.floor(random.double() * whole.length);
    const damaged = round < cuts ? whole.subarray(0, at) : flipped(whole, at, Math.floor(random.double() * 8));
    await writeFile(shard, damaged);
    await attempt(run);
    tally = addTallies(tally, tallyOf(expected, await readAnswers(run.folder)));
    // Whole lines stay as they are, the damaged one too: only a torn end may go.
    const lines = damaged.subarray(0, damaged.lastIndexOf(10) + 1);
    if (!(await readFile(shard)).subarray(0, lines.length).equals(lines)) touched++;
  }
  return { touched, ...tally };
}

function flipped(bytes: Buffer, at: number, bit: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ (1 << bit);
  return copy;
}
