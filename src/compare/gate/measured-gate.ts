import type { Gate } from "../../suite/suite.ts";
import { quantile } from "../../stats/quantile.ts";
import { conditionConflict, conditionsOf } from "../measured/conditions.ts";
import { resourceUse } from "../resources.ts";
import type { RunData } from "../run-data.ts";
import { measuredBefore } from "./before.ts";
import { figure } from "./figures.ts";
import { answerTimes, gatedUnits, sliceMembers } from "./gate-samples.ts";
import { levelShare, tested, tooFew, undecided, type GateInputs, type Looked } from "./look.ts";
import type { Decision } from "./paired-gate.ts";
import { compareFigures, type Compared } from "./run-figures.ts";
import { compareTimes } from "./times-evidence.ts";

/** What was measured while a checkpoint was evaluated. */
interface Measured {
  /** Null where nothing was. */
  readonly value: number | null;
  /** Answers or tokens behind it. */
  readonly n: number;
  readonly what: string;
  readonly unit: string;
  /** Why there is no value. */
  readonly lack: string;
}

/** A gate on times, memory or energy. */
export async function lookAtMeasured(gate: Gate, inputs: GateInputs): Promise<Looked> {
  const { data, checkpoint } = inputs;
  const measured = await measuredValue(data, data.checkpoints[checkpoint]?.id ?? "", gate);
  const { value, n } = measured;
  const seen = { gate, row: null, evidence: null, value, n };
  if (value === null) {
    const isEmpty = await isEmptySlice(gate, data);
    return { ...seen, decision: undecided(isEmpty ? "no sample is in this slice" : measured.lack) };
  }
  if (gate.mode === "threshold") return { ...seen, decision: tooFew(gate, n) ?? decideMeasured(measured, value, gate) };
  const { evidence, why } = await compared(gate, value, inputs);
  if (evidence === null) return { ...seen, decision: undecided(why) };
  // Of whole runs the answers count that this one's figure rests on.
  return evidence.isOfSamples === false
    ? tested({ ...seen, evidence }, n)
    : tested({ ...seen, n: evidence.difference.n, evidence });
}

async function isEmptySlice({ slice, metric }: Gate, data: RunData): Promise<boolean> {
  if (slice === null) return false;
  for (const unit of gatedUnits(data, metric)) {
    if ((await sliceMembers(data.folder, unit, slice))?.size !== 0) return false;
  }
  return true;
}

async function compared(gate: Gate, value: number, inputs: GateInputs): Promise<Compared> {
  const { data, checkpoint } = inputs;
  const units = gatedUnits(data, gate.metric);
  const before = await measuredBefore(inputs, units);
  if (before.kind === "none") return { evidence: null, why: before.why };
  const { measurements, name } = before;
  const now = conditionsOf(data.manifest, data.checkpoints[checkpoint]?.id ?? "");
  const conflict = gate.allowDifferent === true ? null : conditionConflict(now, measurements.conditions);
  if (conflict !== null) {
    const why = `not comparable with ${name}: ${conflict}; \`allow_different: true\` compares all the same`;
    return { evidence: null, why };
  }
  const alpha = gate.alpha * levelShare(data.manifest);
  return gate.metric === "memory" || gate.metric === "energy"
    ? compareFigures({ gate, metric: gate.metric, alpha, now: value, runs: measurements.runs, baseline: name })
    : compareTimes({ gate, alpha, units, runs: measurements.runs, inputs });
}

async function measuredValue(data: RunData, checkpoint: string, gate: Gate): Promise<Measured> {
  if (gate.metric === "memory" || gate.metric === "energy") return resources(data, checkpoint, gate.metric);
  const units = gatedUnits(data, gate.metric);
  const times = await answerTimes(data, checkpoint, { units, slice: gate.slice });
  const share = gate.metric.endsWith("_p95") ? 0.95 : 0.5;
  return {
    value: times.length === 0 ? null : quantile(times, share),
    n: times.length,
    what: share === 0.5 ? "the median answer took" : "19 of 20 answers took at most",
    unit: "ms",
    lack: "no answer was timed: choices by log-probability have no times, nor have answers from the cache (`--no-cache` asks for all)",
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

function decideMeasured({ n, what, unit }: Measured, value: number, gate: Gate): Decision {
  const text = `${what} ${figure(value, "number")} ${unit} (n = ${n})`;
  if (gate.max !== null && value > gate.max) return decided("fail", `above ${gate.max}: ${text}`);
  if (gate.min !== null && value < gate.min) return decided("fail", `below ${gate.min}: ${text}`);
  return decided("pass", text);
}

function decided(outcome: Decision["outcome"], reason: string): Decision {
  return { outcome, reason, samplesNeeded: null };
}
