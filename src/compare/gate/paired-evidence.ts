import { columnSums } from "../../stats/resample.ts";
import { normalQuantile } from "../../stats/normal.ts";
import { pairedDifference } from "../../stats/paired.ts";
import { requiredSamples } from "../../stats/power.ts";
import { pairColumns, type MetricColumn } from "../metric-column.ts";
import type { GateEvidence } from "./evidence.ts";

export interface EvidenceOptions {
  readonly alpha: number;
  readonly seed: number;
  readonly higherIsBetter: boolean;
}

/** Bounds of a difference of whose error nothing is known: they rule nothing out. */
const UNKNOWN = { lo: -Infinity, hi: Infinity } as const;

/** Null where no sample has a score on both sides. */
export function pairedEvidence(
  base: MetricColumn,
  head: MetricColumn,
  { alpha, seed, higherIsBetter }: EvidenceOptions,
): GateEvidence | null {
  const [a, b] = pairColumns(base, head);
  if (a.sufficient.n === 0) return null;
  const difference = pairedDifference(a.sufficient, b.sufficient, {
    seed,
    perSampleA: a.perSample,
    perSampleB: b.perSample,
    level: 1 - 2 * alpha,
  });
  const { value } = difference;
  const { lo, hi } = a.sufficient.total?.of === null ? UNKNOWN : difference;
  const gain = higherIsBetter ? value : -value;
  return {
    head: b.sufficient.value(columnSums(b.sufficient), b.sufficient.n),
    base: a.sufficient.value(columnSums(a.sufficient), a.sufficient.n),
    difference,
    gain,
    lo: higherIsBetter ? lo : -hi,
    hi: higherIsBetter ? hi : -lo,
    alpha,
    p: oneSided(difference.p, gain),
    rises: !higherIsBetter,
  };
}

/** All of the paired tests are symmetric, so that one side holds half of the two-sided probability. */
function oneSided(p: number, gain: number): number {
  return gain < 0 ? p / 2 : 1 - p / 2;
}

/**
 * How many more samples would show, with 80 % power, that the gain lies on the side of `limit` where it is now. The
 * spread is taken from the interval, so that it serves corpus metrics as well as means. Null where no number would do.
 */
export function samplesToTell(evidence: GateEvidence, limit: number, alpha: number): number | null {
  if (evidence.isOfSamples === false) return null;
  const { n } = evidence.difference;
  const distance = Math.abs(evidence.gain - limit);
  const sd = ((evidence.hi - evidence.lo) / (2 * normalQuantile(1 - evidence.alpha))) * Math.sqrt(n);
  if (distance === 0 || sd === 0) return null;
  // requiredSamples is two-sided: twice the level leaves alpha on the side that matters.
  const needed = requiredSamples({ difference: distance, sd, alpha: 2 * alpha });
  return Number.isFinite(needed) ? Math.max(1, Math.ceil(needed) - n) : null;
}
