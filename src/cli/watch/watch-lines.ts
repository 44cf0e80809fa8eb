import { lineWidth, span } from "../../../reports/console/span.ts";
import { escapeText } from "../../../reports/escape-text.ts";
import { halfWidth } from "../../../reports/metric-view.ts";
import { formatCount, formatLoss, formatScore } from "../../../reports/number-format.ts";
import type { TrainingPoint } from "../../core/series.ts";
import type { Diagnosis } from "../../core/verdict.ts";
import type { CheckpointScore } from "../../tui/data/checkpoint-scores.ts";
import { clock, formatPerSecond, progressBar } from "../../tui/view/bar.ts";
import type { TuiLine } from "../../tui/view/line.ts";

/** A checkpoint that was just evaluated. */
export interface EvaluatedCheckpoint {
  readonly name: string;
  /** Evaluation loss at its step; null where none was logged. */
  readonly loss: number | null;
  readonly failed: number;
  /** Whether it is the best so far. */
  readonly leads: boolean;
  readonly scores: readonly CheckpointScore[];
}

/** "▶ checkpoint-40   val 1.334   title/exact_match 12.5 ±4.0", with as many scores as fit into `width` columns. */
export function standingLine(
  { name, loss, failed, leads, scores }: EvaluatedCheckpoint,
  { nameWidth, width }: { readonly nameWidth: number; readonly width: number },
): TuiLine {
  const line = [
    leads ? span(" ▶ ", "accent") : span(failed > 0 ? " ! " : " ✓ ", failed > 0 ? "warn" : "good"),
    span(name.padEnd(nameWidth), leads ? "bold" : "plain"),
    span("   val ", "dim"),
    span((loss === null ? "–" : formatLoss(loss)).padStart(6)),
    ...(failed === 0 ? [] : [span(`   ${formatCount(failed)} failed`, "bad")]),
  ];
  for (const { key, unit, estimate } of scores) {
    const score = [
      span(`   ${escapeText(key)} `, "dim"),
      span(formatScore(estimate.value, unit)),
      span(` ±${formatScore(halfWidth(estimate), unit)}`, "dim"),
    ];
    if (lineWidth([...line, ...score]) > width) break;
    line.push(...score);
  }
  return line;
}

/** How far a training has come. */
export interface TrainingProgress {
  readonly points: readonly TrainingPoint[];
  /** Step at which it will end by itself; null where nobody says. */
  readonly maxSteps: number | null;
  /** Measured while watching; null at first. */
  readonly stepsPerSecond: number | null;
}

const BAR_WIDTH = 16;

/** "training  [bar] 45/120   train 0.512   val 1.334 (lowest 1.201 at 30)   lr 3e-4   2.3 steps/s   ETA 0:32" */
export function trainingLine({ points, maxSteps, stepsPerSecond }: TrainingProgress): TuiLine {
  const step = points.at(-1)?.step;
  if (step === undefined) return [span(" training  ", "bold"), span("nothing logged yet", "dim")];
  const lowest = lowestLoss(points);
  const last = (field: "trainLoss" | "evalLoss" | "learningRate"): number | undefined =>
    points.findLast((point) => point[field] !== undefined)?.[field];
  const train = last("trainLoss");
  const evaluation = last("evalLoss");
  const rate = last("learningRate");
  const left = maxSteps === null || stepsPerSecond === null ? null : (maxSteps - step) / stepsPerSecond;
  return [
    span(" training  ", "bold"),
    ...(maxSteps === null ? [] : [span(`${progressBar(step / maxSteps, BAR_WIDTH)} `, "accent")]),
    span(maxSteps === null ? `step ${formatCount(step)}` : `${formatCount(step)}/${formatCount(maxSteps)}`),
    ...(train === undefined ? [] : [span("   train ", "dim"), span(formatLoss(train))]),
    ...(evaluation === undefined ? [] : [span("   val ", "dim"), span(formatLoss(evaluation))]),
    ...(lowest === null || lowest.loss === evaluation
      ? []
      : [span(` (lowest ${formatLoss(lowest.loss)} at ${lowest.step})`, "dim")]),
    ...(rate === undefined ? [] : [span("   lr ", "dim"), span(rate.toPrecision(2))]),
    ...(stepsPerSecond === null ? [] : [span(`   ${formatPerSecond(stepsPerSecond)} steps/s`, "dim")]),
    ...(left === null || left <= 0 ? [] : [span("   ETA ", "dim"), span(clock(left))]),
  ];
}

/** "evaluating checkpoint-40  [bar] 12/48" */
export function evaluatingLine(name: string, done: number, total: number): TuiLine {
  return [
    span(" evaluating ", "bold"),
    span(`${progressBar(done / Math.max(1, total), BAR_WIDTH)} `, "accent"),
    span(`${formatCount(done)}/${formatCount(total)}`),
    span(`   ${name}`, "dim"),
  ];
}

/** One line on what the curves show. */
export function diagnosisLine({ verdict, since, evidence }: Diagnosis): TuiLine {
  const at = since === null ? "" : ` since step ${since.lo === since.hi ? since.lo : `${since.lo}–${since.hi}`}`;
  const [first] = evidence;
  const look = verdict === "overfit" || verdict === "regressed" ? "warn" : verdict === "diverged" ? "bad" : "plain";
  // Of a training that goes on, "underfit" says no more than that.
  const said = verdict === "underfit" ? "still improving" : verdict;
  return [
    span(" loss: ", "dim"),
    span(`${said}${at}`, look),
    ...(first === undefined ? [] : [span(`   ${escapeText(first)}`, "dim")]),
  ];
}

function lowestLoss(points: readonly TrainingPoint[]): { readonly step: number; readonly loss: number } | null {
  let lowest: { step: number; loss: number } | null = null;
  for (const { step, evalLoss } of points) {
    if (evalLoss !== undefined && evalLoss < (lowest?.loss ?? Infinity)) lowest = { step, loss: evalLoss };
  }
  return lowest;
}
