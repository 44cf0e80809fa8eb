import type { Comparison } from "../../src/compare/comparison.ts";

/** What checks of the data found, without the places. */
export function dataCheckDocuments({ dataChecks }: Comparison): readonly object[] {
  return dataChecks.map(({ dataset, revision, isAsked, rows, training_rows, findings }) => ({
    dataset,
    sha256: revision.sha256,
    is_asked: isAsked,
    rows,
    training_rows,
    findings: findings.map(({ check, level, message, count, of }) => ({ check, level, message, count, of })),
  }));
}
