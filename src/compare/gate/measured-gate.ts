import { quantile } from "../../stats/quantile.ts";
import type { Gate } from "../../suite/suite.ts";
import { resourceUse } from "../resources.ts";
import type { RunData } from "../run-data.ts";
import { figure } from "./figures.ts";
import { answerTimes, gatedUnits } from "./gate-samples.ts";
import type { Decision } from "./paired-gate.ts";

/** What was measured while a checkpoint was evaluated. */
export interface Measured {
  /** Null where nothing was. */
  readonly value: number | null;
  /** Answers or tokens behind it. */
  readonly n: number;
  readonly what: string;
  readonly unit: string;
  /** Why there is no value. */
  readonly lack: string;
}

/** True for a gate metric that is measured and not judged. */
export function isMeasured(metric: string): boolean {
  return /(^|\/)latency(_p95)?$/u.test(metric) || metric === "memory" || metric === "energy";
}

export async function measuredValue(data: RunData, checkpoint: string, gate: Gate): Promise<Measured> {
  if (gate.metric === "memory" || gate.metric === "energy") return resources(data, checkpoint, gate.metric);
  const units = gatedUnits(data, gate.metric);
  const times = await answerTimes(data, checkpoint, { units, slice: gate.slice });
  const share = gate.metric.endsWith("_p95") ? 0.95 : 0.5;
  return {
    value: times.length === 0 ? null : quantile(times, share),
    n: times.length,
    what: share === 0.5 ? "the median answer took" : "19 of 20 answers took at most",
    unit: "ms",
    lack: "no answer was timed",
  };
}

async function resources(data: RunData, checkpoint: string, metric: "memory" | "energy"): Promise<Measured> {
  const use = (await resourceUse(data))?.checkpoints.find((each) => each.checkpoint === checkpoint);
  const n = use?.tokens ?? 0;
  return metric === "memory"
    ? { value: use?.peakMemory ?? null, n, what: "one GPU used up to", unit: "MiB", lack: "no GPU was watched" }
    : {
        value: use?.joulesPerToken ?? null,
        n,
        what: "the GPUs took",
        unit: "J a generated token",
        lack: "no GPU was watched without gaps",
      };
}

export function decideMeasured({ value, n, what, unit, lack }: Measured, gate: Gate): Decision {
  if (value === null) return { outcome: "inconclusive", reason: lack, samplesNeeded: null };
  const text = `${what} ${figure(value, "number")} ${unit} (n = ${n})`;
  if (gate.max !== null && value > gate.max) return decided("fail", `above ${gate.max}: ${text}`);
  if (gate.min !== null && value < gate.min) return decided("fail", `below ${gate.min}: ${text}`);
  return decided("pass", text);
}

function decided(outcome: Decision["outcome"], reason: string): Decision {
  return { outcome, reason, samplesNeeded: null };
}
