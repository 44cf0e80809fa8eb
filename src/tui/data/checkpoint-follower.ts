import { answerCounter } from "../../compare/shard-scan.ts";
import type { Checkpoint } from "../../core/checkpoint.ts";
import type { Estimate } from "../../core/estimate.ts";
import { runsUnit } from "../../run/plan.ts";
import { decodeLine } from "../../run/store/checked-line.ts";
import type { SampleRecord } from "../../run/store/records.ts";
import { runFiles } from "../../run/store/run-folder.ts";
import { liveScores, type LiveScores, type ScoredUnits } from "./live-scores.ts";
import { fileTail } from "./tail.ts";

/** Bytes of a shard that are read in one go: some thirty milliseconds of parsing. */
const BLOCK_BYTES = 1 << 21;
/** Estimates of a checkpoint under way take at most this share of the time. */
const ESTIMATE_SHARE = 1 / 40;
const ESTIMATE_EVERY_MS = 1_000;

/** Follows one checkpoint's shard while it is written. */
export interface CheckpointFollower {
  readonly checkpoint: Checkpoint;
  /** Answers that the checkpoint is to give, over all splits. */
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  readonly isFinished: boolean;
  /** Whether there was more to read than one poll does. */
  readonly isBehind: boolean;
  /** Reads what was written since, a block at most; the records that came. */
  poll(): Promise<readonly SampleRecord[]>;
  /** Row key → estimate over what came so far. Computed anew only as often as it may cost. */
  estimates(): ReadonlyMap<string, Estimate | null>;
}

export function checkpointFollower(
  { folder, units }: { readonly folder: string; readonly units: ScoredUnits },
  checkpoint: Checkpoint,
): CheckpointFollower {
  const asked = units.manifest.units.filter((unit) => runsUnit(checkpoint, unit));
  const total = asked.reduce((sum, { n, repeats }) => sum + n * repeats, 0);
  const tail = fileTail(runFiles.samples(folder, checkpoint.id));
  let scores: LiveScores | null = liveScores(units, checkpoint);
  let came: SampleRecord[] = [];
  const counter = answerCounter(asked, (unit, slot, { record }) => {
    came.push(record);
    scores?.add(unit, slot, record);
  });
  let done = 0;
  let failed = 0;
  let known: ReadonlyMap<string, Estimate | null> = new Map();
  let knownOf = 0;
  let nextAtMs = 0;
  return {
    checkpoint,
    total,
    get done() {
      return done;
    },
    get failed() {
      return failed;
    },
    get isFinished() {
      return done + failed >= total;
    },
    get isBehind() {
      return tail.isBehind;
    },
    async poll() {
      came = [];
      for (const { bytes, offset } of await tail.read(BLOCK_BYTES)) {
        counter.add({ record: decodeLine(bytes), offset, length: bytes.length, ended: true });
      }
      if (came.length === 0) return came;
      const answers = [...counter.answers().values()];
      done = answers.reduce((sum, each) => sum + each.answered, 0);
      failed = answers.reduce((sum, each) => sum + each.failed, 0);
      return came;
    },
    estimates() {
      const nowMs = performance.now();
      if (scores === null || done === knownOf || (nowMs < nextAtMs && done < total)) return known;
      known = scores.estimates();
      knownOf = done;
      const costMs = performance.now() - nowMs;
      nextAtMs = nowMs + Math.max(ESTIMATE_EVERY_MS, costMs / ESTIMATE_SHARE);
      // The statistics are no longer needed; the scores of a finished checkpoint stay as they are.
      if (done >= total) scores = null;
      return known;
    },
  };
}
