import { estimate } from "../../stats/estimate.ts";
import { hashSeed } from "../../stats/hash-seed.ts";
import { HUMAN_METRIC, type Gate } from "../../suite/suite.ts";
import { metricConflict } from "../baseline/baseline.ts";
import { subsetColumn, type MetricColumn } from "../metric-column.ts";
import { cleanMetric } from "../robustness/robustness.ts";
import type { RunData, RunMetric } from "../run-data.ts";
import type { GateEvidence } from "./evidence.ts";
import { sliceMembers } from "./gate-samples.ts";
import { levelShare, tested, tooFew, undecided, type GateInputs, type Looked } from "./look.ts";
import { pairedEvidence } from "./paired-evidence.ts";
import { decideThreshold } from "./threshold-gate.ts";

/** A gate on what judges or people score. */
export async function lookAtScores(gate: Gate, inputs: GateInputs): Promise<Looked> {
  const clean = inputs.data.metrics.find(({ key }) => key === gate.metric) ?? null;
  const row = gate.perturbation === undefined ? clean : perturbedMetric(inputs.data, clean, gate.perturbation);
  if (clean !== null && row !== null) return lookAtMetric(gate, { row, clean }, inputs);
  const form = gate.perturbation === undefined ? "" : ` under ${gate.perturbation}`;
  const isOfPeople = gate.metric.endsWith(`/${HUMAN_METRIC}`);
  const reason = isOfPeople ? "nobody has judged the answers yet" : `the run has no ${gate.metric}${form}`;
  return { gate, row: null, evidence: null, value: null, n: 0, decision: undecided(reason) };
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
  return tested({ ...valued, evidence });
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
  readonly evidence: GateEvidence | null;
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

function estimateOf(
  row: RunMetric,
  column: MetricColumn,
  { seed, data: { manifest } }: GateInputs,
): ReturnType<typeof estimate> {
  // Where a bound may end the drawing, each look gets its share of the error.
  const level = 1 - 0.05 * levelShare(manifest);
  return estimate(column.sufficient, { seed: hashSeed(String(seed), row.key), range: row.metric.range, level });
}
