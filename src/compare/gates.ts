import type { Diagnosis } from "../core/verdict.ts";
import { estimate } from "../stats/estimate.ts";
import { hashSeed } from "../stats/hash-seed.ts";
import { holm } from "../stats/multiple.ts";
import { lookShare } from "../stats/sequential.ts";
import type { RunManifest } from "../run/store/records.ts";
import { HUMAN_METRIC, type Gate } from "../suite/suite.ts";
import { metricConflict, type Baseline } from "./baseline/baseline.ts";
import { gateNames } from "./gate/gate-name.ts";
import type { GateResult } from "./gate/gate-result.ts";
import { countUnanswered, gatedUnits, sliceMembers } from "./gate/gate-samples.ts";
import { decideMeasured, isMeasured, measuredValue } from "./gate/measured-gate.ts";
import { pairedEvidence, type PairedEvidence } from "./gate/paired-evidence.ts";
import { decideNoninferior, decideRegression, type Decision } from "./gate/paired-gate.ts";
import { decideFailureRate, decideOverfit, decideThreshold } from "./gate/threshold-gate.ts";
import { subsetColumn, type MetricColumn } from "./metric-column.ts";
import { cleanMetric } from "./robustness/robustness.ts";
import type { RunData, RunMetric } from "./run-data.ts";

export interface GateInputs {
  readonly data: RunData;
  readonly gates: readonly Gate[];
  /** Position of the checkpoint that is to pass. */
  readonly checkpoint: number;
  readonly baseline: Baseline | null;
  readonly diagnosis: Diagnosis | null;
  readonly seed: number;
}

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

/** A gate with what the run has to say to it, before it is decided. */
interface Looked {
  readonly gate: Gate;
  readonly row: RunMetric | null;
  readonly evidence: PairedEvidence | null;
  /** Set where there is nothing to test. */
  readonly decision: Decision | null;
  readonly value: number | null;
  readonly n: number;
}

async function lookAt(gate: Gate, inputs: GateInputs): Promise<Looked> {
  const bare = { gate, row: null, evidence: null, value: null, n: 0 };
  if (gate.metric === "overfit") return { ...bare, decision: decideOverfit(inputs.diagnosis) };
  if (isMeasured(gate.metric)) return lookAtMeasured(gate, inputs);
  if (gate.metric === "failure_rate" || gate.metric.endsWith("/failure_rate")) return lookAtFailures(gate, inputs);
  const clean = inputs.data.metrics.find(({ key }) => key === gate.metric) ?? null;
  const row = gate.perturbation === undefined ? clean : perturbedMetric(inputs.data, clean, gate.perturbation);
  if (clean !== null && row !== null) return lookAtMetric(gate, { row, clean }, inputs);
  const form = gate.perturbation === undefined ? "" : ` under ${gate.perturbation}`;
  const isOfPeople = gate.metric.endsWith(`/${HUMAN_METRIC}`);
  const reason = isOfPeople ? "nobody has judged the answers yet" : `the run has no ${gate.metric}${form}`;
  return { ...bare, decision: undecided(reason) };
}

/** A metric under a perturbation of its task. */
function perturbedMetric(data: RunData, clean: RunMetric | null, perturbation: string): RunMetric | null {
  const forms = data.perturbed.filter(({ unit }) => unit.perturbation?.name === perturbation);
  return forms.find((row) => clean !== null && cleanMetric(data, row) === clean) ?? null;
}

/** What a gate looks at: the scores themselves, or those under a perturbation beside the clean ones. */
interface GatedMetric {
  readonly row: RunMetric;
  readonly clean: RunMetric;
}

async function lookAtMetric(gate: Gate, { row, clean }: GatedMetric, inputs: GateInputs): Promise<Looked> {
  const { data } = inputs;
  const members = await sliceMembers(data.folder, clean.unit, gate.slice);
  const within = (whole: MetricColumn | null | undefined): MetricColumn | null => {
    if (whole == null) return null;
    const part = members === null ? whole : subsetColumn(whole, (ordinal) => members.has(ordinal));
    return part.ordinals.length === 0 ? null : part;
  };
  const column = within(data.columns.get(row.key)?.[inputs.checkpoint]);
  const seen = { gate, row, evidence: null, value: null, n: column === null ? 0 : scoredSamples(column) };
  const made = column === null ? null : estimateOf(row, column, inputs);
  if (column === null || made === null) {
    return {
      ...seen,
      decision: undecided(members?.size === 0 ? "no sample is in this slice" : "no sample was scored"),
    };
  }
  const valued = { ...seen, value: made.value };
  const few = tooFew(gate, seen.n);
  if (gate.mode === "threshold") {
    return { ...valued, decision: few ?? decideThreshold(made, gate, row.metric.unit) };
  }
  const { evidence, problem } =
    row === clean
      ? paired(row, { gate, column, within, inputs })
      : pairedWithClean({ row, clean }, { gate, column, within, inputs });
  if (evidence === null) return { ...valued, decision: undecided(problem) };
  const fewPairs = tooFew(gate, evidence.difference.n);
  // Without enough samples there is no test, and so nothing for Holm's correction to count.
  return fewPairs === null ? { ...valued, evidence, decision: null } : { ...valued, decision: fewPairs };
}

function scoredSamples({ ordinals, sufficient }: MetricColumn): number {
  return ordinals.length * (sufficient.total?.of ?? 1);
}

interface PairedWith {
  readonly gate: Gate;
  readonly column: MetricColumn;
  readonly within: (whole: MetricColumn | null | undefined) => MetricColumn | null;
  readonly inputs: GateInputs;
}

interface Paired {
  readonly evidence: PairedEvidence | null;
  readonly problem: string;
}

/** The drop under a perturbation: the same checkpoint's clean scores are what it is held against. */
function pairedWithClean({ row, clean }: GatedMetric, { gate, column, within, inputs }: PairedWith): Paired {
  const before = within(inputs.data.columns.get(clean.key)?.[inputs.checkpoint]);
  const { higherIsBetter } = row.metric;
  const seed = hashSeed(String(inputs.seed), row.key);
  const alpha = gate.alpha * levelShare(inputs.data.manifest);
  const evidence = before === null ? null : pairedEvidence(before, column, { alpha, seed, higherIsBetter });
  return { evidence, problem: "there are no clean scores of the same samples" };
}

function paired(row: RunMetric, { gate, column, within, inputs }: PairedWith): Paired {
  const { baseline, seed } = inputs;
  if (baseline === null) return { evidence: null, problem: "there is no baseline to compare with" };
  const conflict = metricConflict(baseline, row);
  if (conflict !== null) return { evidence: null, problem: `not comparable with ${baseline.name}: ${conflict}` };
  const before = within(baseline.columns.get(row.key));
  const evidence =
    before === null
      ? null
      : pairedEvidence(before, column, {
          alpha: gate.alpha * levelShare(inputs.data.manifest),
          seed: hashSeed(String(seed), row.key),
          higherIsBetter: row.metric.higherIsBetter,
        });
  return { evidence, problem: `${baseline.name} has no scores for the same samples` };
}

async function lookAtFailures(gate: Gate, { data, checkpoint }: GateInputs): Promise<Looked> {
  const bare = { gate, row: null, evidence: null };
  const units = gatedUnits(data, gate.metric);
  const id = data.checkpoints[checkpoint]?.id ?? "";
  const counted = await countUnanswered(data, id, { units, slice: gate.slice });
  if (counted.of === 0) return { ...bare, value: null, n: 0, decision: undecided("there are no such samples") };
  return {
    ...bare,
    value: counted.missing / counted.of,
    n: counted.of,
    decision: tooFew(gate, counted.of) ?? decideFailureRate(counted, gate),
  };
}

async function lookAtMeasured(gate: Gate, { data, checkpoint }: GateInputs): Promise<Looked> {
  const measured = await measuredValue(data, data.checkpoints[checkpoint]?.id ?? "", gate);
  const { value, n } = measured;
  const few = value === null ? null : tooFew(gate, n);
  return { gate, row: null, evidence: null, value, n, decision: few ?? decideMeasured(measured, gate) };
}

function estimateOf(
  row: RunMetric,
  column: MetricColumn,
  { seed, data: { manifest } }: GateInputs,
): ReturnType<typeof estimate> {
  // Where a bound may end the drawing, each look gets its share of the error.
  const level = 1 - 0.05 * levelShare(manifest);
  return estimate(column.sufficient, { seed: hashSeed(String(seed), row.key), range: row.metric.range, level });
}

/** The part of the level that a run which draws its samples spends at the look it has come to; all of it otherwise. */
function levelShare({ drawing }: RunManifest): number {
  return drawing === undefined ? 1 : lookShare(Math.max(1, drawing.done), drawing.looks);
}

function lookText({ drawing }: RunManifest): string {
  return drawing === undefined || drawing.looks === 1 ? "" : `; look ${Math.max(1, drawing.done)} of ${drawing.looks}`;
}

function tooFew(gate: Gate, n: number): Decision | null {
  if (n >= gate.minN) return null;
  return {
    outcome: "inconclusive",
    reason: `${n} scored samples, fewer than the ${gate.minN} that the gate asks for`,
    samplesNeeded: gate.minN - n,
    isSettled: false,
  };
}

function undecided(reason: string): Decision {
  return { outcome: "inconclusive", reason, samplesNeeded: null };
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
}: PairedEvidence): Omit<NonNullable<GateResult["difference"]>, "pAdjusted"> {
  return { value, n, lo, hi, p, test };
}

function decide(evidence: PairedEvidence, options: Parameters<typeof decideRegression>[1]): Decision {
  return options.gate.mode === "noninferior"
    ? decideNoninferior(evidence, options)
    : decideRegression(evidence, options);
}
