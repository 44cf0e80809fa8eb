/**
 * How a metric is called within its task: by its own name, and where the suite gave the judge another name, by that
 * (followed by the metric's where the judge has several).
 */
export function metricName(
  judge: { readonly module: string; readonly name: string },
  metric: string,
  ofMetrics: number,
): string {
  if (judge.name === judge.module) return metric;
  return ofMetrics === 1 ? judge.name : `${judge.name}.${metric}`;
}
