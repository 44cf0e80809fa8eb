import type { GateResult } from "../../src/compare/gate/gate-result.ts";
import { gateOf } from "../fixtures/runs/gate.ts";

const about = {
  checkpoint: "tiny-icd/checkpoint-441",
  against: "evalh.baseline.json (tiny-icd/checkpoint-315)",
  unit: "percent",
  samplesNeeded: null,
} as const;

const difference = {
  value: -1.2,
  n: 400,
  lo: -3.1,
  hi: 0.7,
  p: 0.14,
  pAdjusted: 0.28,
  test: "mcnemar-exact; bonett-price-90",
};

/** One gate of each outcome; none of them fails the run. */
export const gates: readonly GateResult[] = [
  {
    ...about,
    name: "title/bleu: no drop beyond 1",
    gate: gateOf({ metric: "title/bleu", maxDrop: 1 }),
    outcome: "pass",
    reason: "no drop: 12.9 → 13.7, +0.8 [−0.4, +2.0] on 400 samples",
    value: 13.7,
    n: 400,
    baseline: 12.9,
    difference: { ...difference, value: 0.8, lo: -0.4, hi: 2, p: 0.86, pAdjusted: 0.86 },
  },
  {
    ...about,
    name: "chapter/accuracy [rarity=rare]: no drop beyond 1",
    gate: gateOf({ metric: "chapter/accuracy", maxDrop: 1, slice: { field: "rarity", value: "rare" } }),
    outcome: "inconclusive",
    reason:
      "dropped by more than 1, which may be noise: 61.5 → 60.3, −1.2 [−3.1, +0.7] on 400 samples; p = 0.28, one-sided mcnemar-exact, Holm over 2 gates; about 1490 more samples would decide",
    value: 60.3,
    n: 400,
    baseline: 61.5,
    difference,
    samplesNeeded: 1490,
  },
  {
    ...about,
    name: "title/exact_match ≥ 6",
    gate: gateOf({ metric: "title/exact_match", mode: "threshold", min: 6, severity: "warn" }),
    outcome: "fail",
    reason: "below 6, within its error: 5.0 [3.3, 7.6] on 400 samples",
    against: null,
    value: 5,
    n: 400,
    baseline: null,
    difference: null,
  },
];
