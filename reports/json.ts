import type { Cell, Comparison, SliceTable } from "../src/compare/comparison.ts";
import type { Estimate } from "../src/core/estimate.ts";
import type { JsonValue } from "../src/core/json.ts";
import type { GateResult } from "../src/compare/gate/gate-result.ts";
import { equivalenceDocument } from "./json/equivalence-document.ts";
import { learningDocument, resourcesDocument } from "./json/learning-document.ts";
import { peopleDocument } from "./json/people-document.ts";
import { dataCheckDocuments } from "./json/data-check-documents.ts";
import { robustnessDocument } from "./json/robustness-document.ts";
import { lossesAt } from "./losses.ts";
import { finiteOrNull } from "./number-format.ts";
import { textReport } from "./report-module.ts";

/** Changes whenever a reader of the old shape would misread the new one. */
const FORMAT = "evalh-comparison/1";

export const jsonReport = textReport({
  name: "json",
  summary: "Every number of the comparison as one JSON document.",
  extension: "json",
  mark: /^\{\s*"format": ?"evalh-comparison\//u,
  render: (comparison) => `${JSON.stringify(comparisonDocument(comparison), finiteNumbers, 2)}\n`,
});

/** The comparison as a document for machines: ids as they are, numbers finite or null. */
export function comparisonDocument(comparison: Comparison): { readonly [key: string]: unknown } {
  const { verdict, ship, training } = comparison;
  return {
    format: FORMAT,
    verdict,
    since: "since" in verdict ? verdict.since : null,
    ship: ship?.checkpoint ?? null,
    ship_step: ship?.step ?? null,
    ship_metric: ship?.metric ?? null,
    equivalent: ship?.equivalent ?? [],
    reasons: ship?.reasons ?? [],
    gates: comparison.gates.map(gateDocument),
    ...learningDocument(comparison.learning),
    people: comparison.people.map(peopleDocument),
    resources: resourcesDocument(comparison.resources),
    equivalence: comparison.equivalence.map(equivalenceDocument),
    load: comparison.load,
    base: comparison.base,
    alpha: comparison.alpha,
    summary: comparison.summary,
    checkpoints: comparison.checkpoints.map((_, index) => checkpointDocument(comparison, index)),
    rows: comparison.rows.map((row) => ({
      key: row.key,
      task: row.task,
      split: row.split,
      judge: row.judge,
      metric: row.metric,
      signature: row.signature,
      higher_is_better: row.higherIsBetter,
      range: row.range,
      unit: row.unit,
      detectable: row.detectable,
    })),
    data_checks: dataCheckDocuments(comparison),
    robustness: robustnessDocument(comparison),
    slices: comparison.slices.map((slice) => sliceDocument(comparison, slice)),
    training: trainingDocument(training),
    warnings: comparison.warnings,
    run: comparison.run,
    suite: comparison.suite,
  };
}

function trainingDocument(training: Comparison["training"]): { readonly [key: string]: unknown } | null {
  if (training === null) return null;
  return {
    format: training.format,
    diagnosis: training.diagnosis,
    warnings: training.warnings,
    points: training.points.map((point) => ({
      step: point.step,
      epoch: point.epoch ?? null,
      train_loss: point.trainLoss ?? null,
      val_loss: point.evalLoss ?? null,
      learning_rate: point.learningRate ?? null,
      grad_norm: point.gradNorm ?? null,
      extra: point.extra ?? {},
    })),
  };
}

function checkpointDocument(comparison: Comparison, index: number): { readonly [key: string]: unknown } | null {
  const checkpoint = comparison.checkpoints[index];
  if (checkpoint === undefined) return null;
  const losses = lossesAt(comparison.training, checkpoint.step);
  return {
    id: checkpoint.id,
    model: checkpoint.model,
    step: checkpoint.step,
    epoch: checkpoint.epoch,
    role: checkpoint.role,
    parent: checkpoint.parent,
    path: checkpoint.path,
    bytes: checkpoint.bytes,
    format: checkpoint.format,
    digest: checkpoint.digest,
    train_loss: checkpoint.role === "series" ? finiteOrNull(losses.train) : null,
    val_loss: checkpoint.role === "series" ? finiteOrNull(losses.val) : null,
    scores: Object.fromEntries(
      comparison.rows.map(({ key }) => [key, scoreDocument(comparison.cells[key]?.[index] ?? null)]),
    ),
  };
}

function scoreDocument(cell: Cell | null): { readonly [key: string]: JsonValue } {
  const difference = cell?.difference ?? null;
  return {
    ...estimateDocument(cell?.estimate ?? null),
    failed: cell?.failed ?? 0,
    skipped: cell?.skipped ?? 0,
    delta:
      difference === null
        ? null
        : {
            value: difference.value,
            n: difference.n,
            lo: difference.lo,
            hi: difference.hi,
            p: difference.p,
            p_adjusted: difference.pAdjusted,
            test: difference.test,
            significant: difference.significant,
            fixed: difference.fixed,
            broken: difference.broken,
            same: difference.same,
          },
  };
}

/** A gate for machines; what was in the suite stands beside what became of it. */
export function gateDocument(result: GateResult): { readonly [key: string]: unknown } {
  const { name, gate, outcome, reason, checkpoint, against, value, n, baseline, difference, samplesNeeded } = result;
  return {
    name,
    metric: gate.metric,
    perturbation: gate.perturbation ?? null,
    mode: gate.mode,
    slice: gate.slice === null ? null : `${gate.slice.field}=${gate.slice.value}`,
    severity: gate.severity,
    max_drop: gate.mode === "threshold" ? null : gate.maxDrop,
    min: gate.min,
    max: gate.max,
    alpha: gate.alpha,
    min_n: gate.minN,
    outcome,
    reason,
    checkpoint,
    against,
    value,
    n,
    baseline,
    difference:
      difference === null
        ? null
        : {
            value: difference.value,
            n: difference.n,
            lo: difference.lo,
            hi: difference.hi,
            p: difference.p,
            p_adjusted: difference.pAdjusted,
            test: difference.test,
          },
    samples_needed: samplesNeeded,
  };
}

function estimateDocument(estimate: Estimate | null): { readonly [key: string]: JsonValue } {
  if (estimate === null) return { value: null, n: 0, lo: null, hi: null, method: null };
  const { value, n, lo, hi, method } = estimate;
  return { value, n, lo, hi, method };
}

function sliceDocument({ checkpoints }: Comparison, slice: SliceTable): { readonly [key: string]: unknown } {
  const { task, field, value, n } = slice;
  const scores = Object.fromEntries(
    checkpoints.map(({ id }, index) => [
      id,
      Object.fromEntries(
        Object.entries(slice.estimates).map(([key, estimates]) => [key, estimateDocument(estimates[index] ?? null)]),
      ),
    ]),
  );
  return { task, field, value, n, scores };
}

/** JSON.stringify already writes null for them; this says that it is meant, and turns -0 into 0. */
function finiteNumbers(_key: string, value: unknown): unknown {
  if (typeof value !== "number") return value;
  return Number.isFinite(value) ? value + 0 : null;
}
