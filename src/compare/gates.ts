import { holm } from "../stats/multiple.ts";
import type { RunManifest } from "../run/store/records.ts";
import { isFailureRate, isMeasured, type Gate } from "../suite/suite.ts";
import type { Baseline } from "./baseline/baseline.ts";
import type { GateEvidence } from "./gate/evidence.ts";
import { lookAtFailures } from "./gate/failure-gate.ts";
import { gateNames } from "./gate/gate-name.ts";
import type { GateResult } from "./gate/gate-result.ts";
import { levelShare, undecided, type GateInputs, type Looked } from "./gate/look.ts";
import { lookAtMeasured } from "./gate/measured-gate.ts";
import { decideNoninferior, decideRegression, type Decision } from "./gate/paired-gate.ts";
import { lookAtScores } from "./gate/scored-gate.ts";
import { decideOverfit } from "./gate/threshold-gate.ts";

/**
 * Holds one checkpoint of a run against the suite's gates, in their order. Holm's correction spans the regression gates,
 * so that an unchanged model fails any of them with probability alpha at most.
 */
export async function evaluateGates(inputs: GateInputs): Promise<GateResult[]> {
  const looked: Looked[] = [];
  for (const gate of inputs.gates) looked.push(await lookAt(gate, inputs));
  const family = looked.flatMap(({ gate, evidence }) =>
    gate.mode === "regression" && evidence !== null ? [{ gate, p: evidence.p }] : [],
  );
  const share = levelShare(inputs.data.manifest);
  const adjusted = holm(family.map(({ p }) => Math.min(1, p / share)));
  const names = gateNames(inputs.gates);
  return looked.map((each, index) => {
    const place = family.findIndex(({ gate }) => gate === each.gate);
    const pAdjusted = place < 0 ? (each.evidence?.p ?? 1) : (adjusted[place] ?? 1);
    return resultOf(each, { name: names[index] ?? "", pAdjusted, family: family.length, inputs });
  });
}

async function lookAt(gate: Gate, inputs: GateInputs): Promise<Looked> {
  if (gate.metric === "overfit") {
    return { gate, row: null, evidence: null, value: null, n: 0, decision: decideOverfit(inputs.diagnosis) };
  }
  if (isMeasured(gate.metric)) return lookAtMeasured(gate, inputs);
  return isFailureRate(gate.metric) ? lookAtFailures(gate, inputs) : lookAtScores(gate, inputs);
}

function lookText({ drawing }: RunManifest): string {
  return drawing === undefined || drawing.looks === 1 ? "" : `; look ${Math.max(1, drawing.done)} of ${drawing.looks}`;
}

interface Settled {
  readonly name: string;
  readonly pAdjusted: number;
  readonly family: number;
  readonly inputs: GateInputs;
}

function resultOf(looked: Looked, { name, pAdjusted, family, inputs }: Settled): GateResult {
  const { gate, evidence, row, value, n } = looked;
  const { baseline, data, checkpoint } = inputs;
  const unit = row?.metric.unit ?? "number";
  const decision =
    looked.decision ?? (evidence === null ? undecided("") : decide(evidence, { gate, unit, pAdjusted, family }));
  return {
    name,
    gate,
    ...decision,
    ...(evidence === null ? {} : { reason: decision.reason + lookText(data.manifest) }),
    checkpoint: data.checkpoints[checkpoint]?.id ?? "",
    against: againstOf(looked, baseline),
    unit,
    value,
    n,
    baseline: evidence?.base ?? null,
    difference: evidence === null ? null : { ...bare(evidence), pAdjusted },
  };
}

function againstOf({ gate, evidence }: Looked, baseline: Baseline | null): string | null {
  if (gate.perturbation !== undefined) return evidence === null ? null : "its clean scores";
  return gate.mode === "threshold" || baseline === null ? null : `${baseline.name} (${baseline.checkpoint})`;
}

function bare({
  difference: { value, n, lo, hi, test },
  p,
}: GateEvidence): Omit<NonNullable<GateResult["difference"]>, "pAdjusted"> {
  return { value, n, lo, hi, p, test };
}

function decide(evidence: GateEvidence, options: Parameters<typeof decideRegression>[1]): Decision {
  return options.gate.mode === "noninferior"
    ? decideNoninferior(evidence, options)
    : decideRegression(evidence, options);
}
