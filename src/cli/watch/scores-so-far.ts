import { chooseShip } from "../../compare/ship.ts";
import type { ShipChoice } from "../../compare/comparison.ts";
import { readRun } from "../../compare/run-data.ts";
import type { TrainingPoint } from "../../core/series.ts";
import { hashSeed } from "../../stats/hash-seed.ts";
import { diagnose } from "../../stats/generalisation.ts";
import type { ScoresSoFar } from "../../training/watch-verdict.ts";

/** What the evaluated checkpoints of a growing run say. */
export interface Standing {
  readonly ship: ShipChoice | null;
  readonly scores: ScoresSoFar;
  /** Step → evaluation loss. */
  readonly losses: ReadonlyMap<number, number>;
}

/** Reads the run as far as it has come and chooses the checkpoint to ship among what was scored. */
export async function readStanding(folder: string, points: readonly TrainingPoint[]): Promise<Standing> {
  const data = await readRun(folder);
  const lowestLossStep = points.length === 0 ? null : diagnose(points).ship;
  const seed = hashSeed(String(data.manifest.seed), "compare");
  const ship = chooseShip(data, { alpha: data.manifest.alpha, seed, lowestLossStep });
  const stepsOf = (ids: readonly string[]): number[] =>
    data.checkpoints.flatMap(({ id, step }) => (ids.includes(id) && step !== null ? [step] : []));
  return {
    ship,
    scores: {
      best: ship?.step ?? null,
      equivalent: stepsOf(ship?.equivalent ?? []),
    },
    losses: new Map(points.flatMap(({ step, evalLoss }) => (evalLoss === undefined ? [] : [[step, evalLoss]]))),
  };
}
