import type { Comparison, MetricRow } from "../src/compare/comparison.ts";
import type { RobustnessCell, RobustnessRow } from "../src/compare/robustness/robustness.ts";
import type { VarianceCell } from "../src/compare/robustness/variance-split.ts";
import { leadingRows } from "./findings.ts";
import { formatDelta, formatScore } from "./number-format.ts";

/** One metric of one task with what each perturbation does to it. */
export interface PerturbedMetric {
  readonly row: MetricRow;
  readonly forms: readonly RobustnessRow[];
}

/** Every perturbed metric in the order of the comparison's rows; with `leading`, one a task. */
export function perturbedMetrics(
  comparison: Comparison,
  { leading = false }: { readonly leading?: boolean } = {},
): readonly PerturbedMetric[] {
  const { robustness, rows } = comparison;
  if (robustness === null) return [];
  const chosen = leading
    ? new Set([...leadingRows(comparison), ...rows.filter(({ key }) => key === shipKey(comparison))])
    : null;
  return rows
    .filter((row) => chosen?.has(row) ?? true)
    .map((row) => ({ row, forms: robustness.rows.filter(({ key }) => key === row.key) }))
    .filter(({ forms }) => forms.length > 0);
}

/** The metric that chose the checkpoint, on the test samples. */
function shipKey({ ship }: Comparison): string | undefined {
  return ship?.metric.replace("@validation/", "/");
}

/** "41.2 → 32.0, −9.2 [−12.1, −6.3]". */
export function changeText({ clean, perturbed, difference }: RobustnessCell, { unit }: MetricRow): string {
  const bounds = `[${formatDelta(difference.lo, unit)}, ${formatDelta(difference.hi, unit)}]`;
  return `${formatScore(clean.value, unit)} → ${formatScore(perturbed.value, unit)}, ${formatDelta(difference.value, unit)} ${bounds}`;
}

/** A significant change for the worse. */
export function isDrop({ difference }: RobustnessCell, { higherIsBetter }: MetricRow): boolean {
  return difference.significant && difference.value < 0 === higherIsBetter && difference.value !== 0;
}

/** The components with their names, those that could be told. */
export function varianceParts(cell: VarianceCell): readonly { readonly name: string; readonly variance: number }[] {
  const parts = [
    { name: "prompt", variance: cell.prompt },
    { name: "sample", variance: cell.sample },
    { name: "prompt × sample", variance: cell.promptSample },
    { name: "seed", variance: cell.seed },
    { name: "prompt × sample and seed", variance: cell.rest },
  ];
  return parts.flatMap(({ name, variance }) => (variance === null ? [] : [{ name, variance }]));
}

/** "prompt 2 %, sample 71 %, prompt × sample 27 %"; null where nothing varies. */
export function varianceText(cell: VarianceCell): string | null {
  const parts = varianceParts(cell);
  const total = parts.reduce((sum, { variance }) => sum + variance, 0);
  if (total === 0) return null;
  return parts.map(({ name, variance }) => `${name} ${((100 * variance) / total).toFixed(0)} %`).join(", ");
}
