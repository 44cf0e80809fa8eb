import type { Sufficient } from "../../core/sufficient.ts";
import { hashSeed } from "../../stats/hash-seed.ts";
import { isDrawn } from "../../run/drawing.ts";
import type { UnitInfo } from "../../run/store/records.ts";
import type { Gate } from "../../suite/suite.ts";
import type { AnswerSlot } from "../measured/answer-slots.ts";
import { averageRepeats, type MetricColumn } from "../metric-column.ts";
import { readSlots } from "../measured/answer-slots.ts";
import { unitKey } from "../shard-scan.ts";
import { measuredBefore } from "./before.ts";
import type { GateEvidence } from "./evidence.ts";
import { countUnanswered, gatedUnits, sliceMembers } from "./gate-samples.ts";
import { levelShare, tested, tooFew, undecided, type GateInputs, type Looked } from "./look.ts";
import { pairedEvidence } from "./paired-evidence.ts";
import { decideFailureRate } from "./threshold-gate.ts";

/** A gate on the share of answers that are missing: its value, or whether more are missing than the baseline lacks. */
export async function lookAtFailures(gate: Gate, inputs: GateInputs): Promise<Looked> {
  const { data, checkpoint } = inputs;
  const bare = { gate, row: null, evidence: null };
  const units = gatedUnits(data, gate.metric);
  const id = data.checkpoints[checkpoint]?.id ?? "";
  const counted = await countUnanswered(data, id, { units, slice: gate.slice });
  if (counted.of === 0) return { ...bare, value: null, n: 0, decision: undecided("there are no such samples") };
  const valued = { ...bare, value: counted.missing / counted.of, n: counted.of };
  if (gate.mode === "threshold") {
    return { ...valued, decision: tooFew(gate, counted.of) ?? decideFailureRate(counted, gate) };
  }
  const before = await measuredBefore(inputs, units);
  if (before.kind === "none") return { ...valued, decision: undecided(before.why) };
  const evidence = await paired({ gate, inputs, units, before: before.measurements.runs[0]?.answers() ?? new Map() });
  return evidence === null
    ? { ...valued, decision: undecided("the baseline has none of these samples") }
    : tested({ ...valued, evidence });
}

interface Pairing {
  readonly gate: Gate;
  readonly inputs: GateInputs;
  readonly units: readonly UnitInfo[];
  readonly before: ReadonlyMap<string, readonly AnswerSlot[]>;
}

async function paired({ gate, inputs, units, before }: Pairing): Promise<GateEvidence | null> {
  const { data, checkpoint, seed } = inputs;
  const now = await readSlots(data, data.checkpoints[checkpoint]?.id ?? "", units);
  const [base, head]: [number[], number[]] = [[], []];
  const samples: number[] = [];
  let first = 0;
  for (const unit of units) {
    const members = await sliceMembers(data.folder, unit, gate.slice);
    const drawn = isDrawn(data.manifest, unit);
    const [then, later] = [before.get(unitKey(unit)), now.get(unitKey(unit))?.slots];
    for (let slot = 0; slot < unit.n * unit.repeats; slot++) {
      const ordinal = Math.floor(slot / unit.repeats);
      if (then?.[slot] === undefined || !drawn(ordinal) || members?.has(ordinal) === false) continue;
      base.push(Number(then[slot] === null));
      head.push(Number((later?.[slot] ?? null) === null));
      samples.push(first + ordinal);
    }
    first += unit.n;
  }
  const column = (missing: readonly number[]): MetricColumn => missingShare(Float64Array.from(missing), samples);
  const alpha = gate.alpha * levelShare(data.manifest);
  return pairedEvidence(column(base), column(head), {
    alpha,
    seed: hashSeed(String(seed), gate.metric),
    higherIsBetter: false,
  });
}

/** @param samples the number of the sample that each answer is to, ascending */
function missingShare(rows: Float64Array, samples: readonly number[]): MetricColumn {
  const sufficient: Sufficient = {
    n: rows.length,
    width: 1,
    rows,
    proportion: true,
    mean: true,
    scale: 1,
    value: (sums, n) => (sums[0] ?? 0) / n,
  };
  const isRepeated = new Set(samples).size < samples.length;
  return isRepeated
    ? averageRepeats(sufficient, rows, samples)
    : { ordinals: Uint32Array.from(samples), sufficient, perSample: rows };
}
