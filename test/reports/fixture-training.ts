import type { Training } from "../../src/compare/comparison.ts";
import { draw } from "./fixture-draw.ts";

export const STEPS = [0, 63, 189, 315, 441, 504, 630, 756];
const TRAIN = [2.98, 2.31, 1.36, 0.79, 0.42, 0.33, 0.26, 0.21];
const VAL = [2.983, 2.538, 2.398, 2.498, 2.633, 2.704, 2.85, 3.042];

/** The log of the fine-tune: overfitting since step 189 by the loss. */
export const training: Training = {
  format: "hf-trainer-state",
  points: trainingPoints(),
  diagnosis: {
    verdict: "overfit",
    since: { lo: 189, hi: 252 },
    ship: 189,
    equivalent: [189, 252],
    evidence: [
      "evaluation loss lowest at step 189 (2.398), 26.9 % higher at the end (3.042 at step 756)",
      "noise of the evaluation loss 0.011: the rise is 58 times as large",
      "training loss still falling: 1.360 at step 189, 0.210 at step 756",
    ],
    numbers: { bestLoss: 2.398, lastLoss: 3.042, sigma: 0.011 },
  },
  warnings: [],
};

function trainingPoints(): Training["points"] {
  const between = (values: readonly number[], step: number): number => {
    const at = Math.max(
      0,
      STEPS.findLastIndex((known) => known <= step),
    );
    const [from = 0, to = from] = [STEPS[at], STEPS[at + 1]];
    const share = to === from ? 0 : (step - from) / (to - from);
    return (values[at] ?? 0) * (1 - share) + (values[at + 1] ?? values[at] ?? 0) * share;
  };
  return Array.from({ length: 757 }, (_, step) => ({
    step,
    epoch: step / 63,
    ...(step % 3 === 0 ? { trainLoss: between(TRAIN, step) * (1 + 0.12 * (draw(5, step) - 0.5)) } : {}),
    ...(step % 63 === 0
      ? { evalLoss: STEPS.includes(step) ? between(VAL, step) : between(VAL, step) + 0.01 * (draw(6, step) - 0.5) }
      : {}),
  })).filter((point) => Object.keys(point).length > 2);
}
