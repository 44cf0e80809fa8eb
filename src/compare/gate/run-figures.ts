import { LEAST_MEASUREMENTS, ratioToNext, type RatioChange } from "../../stats/ratio-change.ts";
import type { Gate } from "../../suite/suite.ts";
import type { MeasuredRun } from "../measured/measurements.ts";
import type { GateEvidence } from "./evidence.ts";
import { figure } from "./figures.ts";

/** What a gate on something measured has to go by, or why there is nothing. */
export type Compared =
  | { readonly evidence: GateEvidence; readonly why: null }
  | { readonly evidence: null; readonly why: string };

interface Figures {
  readonly gate: Gate;
  readonly metric: "memory" | "energy";
  readonly alpha: number;
  readonly now: number;
  readonly runs: readonly MeasuredRun[];
  /** Name of the baseline. */
  readonly baseline: string;
}

/**
 * One figure a run says nothing of how far runs of the same model lie apart: only repetitions of the baseline do, and a
 * run is held against their spread.
 */
export function compareFigures({ gate, metric, alpha, now, runs, baseline }: Figures): Compared {
  const before = runs.map((run) => run[metric]).filter((value): value is number => value !== null && value > 0);
  if (before.length < LEAST_MEASUREMENTS) {
    const why = `${metric} is one figure a run, and how far runs lie apart takes ${LEAST_MEASUREMENTS} of the baseline: ${baseline} has ${before.length}; run its checkpoint again with \`--no-cache\` and add each with \`evalh baseline repeat\`, or bound the figure with \`mode: threshold\``;
    return { evidence: null, why };
  }
  const base = geometricMean(before);
  const change = ratioToNext(before, now, { alpha });
  const unit = metric === "memory" ? "MiB" : "J a token";
  const on = `against ${before.length} runs of the baseline`;
  return {
    evidence: measuredEvidence({ gate, alpha, base, head: now, change, unit, on, isOfSamples: false }),
    why: null,
  };
}

export function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

interface MeasuredChange {
  readonly gate: Gate;
  readonly alpha: number;
  readonly base: number;
  readonly head: number;
  readonly change: RatioChange;
  readonly unit: string;
  readonly on: string;
  readonly isOfSamples: boolean;
}

/** A ratio as a gate sees it: in percent, or in the metric's unit as that share of the baseline's value. */
export function measuredEvidence(made: MeasuredChange): GateEvidence {
  const { gate, alpha, base, head, change, unit, on, isOfSamples } = made;
  const scale = gate.relative === true ? 100 : base;
  const { value, lo, hi, p, n, test, detectable } = change;
  // Where nothing differs at all there is no spread to reckon with.
  const shows = detectable > 0 ? `, where ${percent(detectable)} would show` : "";
  const shown = `${figure(base, "number")} → ${figure(head, "number")} ${unit}, ${percent(value)} [${percent(lo)}, ${percent(hi)}] ${on}${shows}`;
  return {
    head,
    base,
    difference: { value: base * value, lo: base * lo, hi: base * hi, n, p: Math.min(1, 2 * Math.min(p, 1 - p)), test },
    gain: -scale * value,
    lo: -scale * hi,
    hi: -scale * lo,
    alpha,
    p,
    change: shown,
    rises: true,
    isOfSamples,
  };
}

function percent(share: number): string {
  return `${share < 0 ? "−" : "+"}${Math.abs(100 * share).toFixed(1)} %`;
}
