import { EvalhError } from "../../src/core/errors.ts";

/**
 * References as sacrebleu takes them: one list a reference, each as long as the hypotheses, so that `lists[r][i]` is
 * the reference `r` of segment `i`; null where that segment has fewer references.
 */
export type ReferenceLists = readonly (readonly (string | null)[])[];

function assertLengths(hypotheses: readonly string[], lists: ReferenceLists): void {
  if (hypotheses.length === 0) throw new EvalhError("E_JUDGE", "There are no hypotheses to score.");
  for (const [index, list] of lists.entries()) {
    if (list.length === hypotheses.length) continue;
    const transposed = lists.length === hypotheses.length;
    throw new EvalhError(
      "E_JUDGE",
      `Reference list ${index + 1} of ${lists.length} has ${list.length} segments, but there are ${hypotheses.length} hypotheses.`,
      {
        hint: transposed
          ? "The lists look transposed: give one list a reference, each with one entry a hypothesis."
          : "Every reference list needs one entry a hypothesis; write null where a segment has no such reference.",
      },
    );
  }
}

/**
 * Visits each segment with its references. Returns how many references a segment has, or "var" where that differs, as
 * in sacrebleu's signatures.
 *
 * @throws EvalhError E_JUDGE if there is no segment, a list is too short or too long, or a segment has no reference.
 *   sacrebleu cuts the longer lists silently.
 */
export function visitSegments(
  hypotheses: readonly string[],
  lists: ReferenceLists,
  visit: (hypothesis: string, references: readonly string[]) => void,
): number | "var" {
  assertLengths(hypotheses, lists);
  let count: number | "var" = 0;
  for (const [index, hypothesis] of hypotheses.entries()) {
    const references: string[] = [];
    for (const list of lists) {
      const reference = list[index];
      if (typeof reference === "string") references.push(reference);
    }
    if (references.length === 0) {
      throw new EvalhError("E_JUDGE", `Segment ${index + 1} of ${hypotheses.length} has no reference.`);
    }
    if (index === 0) count = references.length;
    else if (count !== references.length) count = "var";
    visit(hypothesis, references);
  }
  return count;
}

/** A metric whose corpus score is decided by sums over segments. */
export interface SegmentStatistics {
  /** Number of statistics a segment has. */
  readonly width: number;
  /** Writes a segment's statistics. There must be at least one reference. */
  statistics(hypothesis: string, references: readonly string[], into: Float64Array): void;
}

/** The sums of all segments' statistics, and the number of references. Throws as `visitSegments` does. */
export function sumSegments(
  metric: SegmentStatistics,
  hypotheses: readonly string[],
  lists: ReferenceLists,
): { readonly sums: Float64Array; readonly references: number | "var" } {
  const sums = new Float64Array(metric.width);
  const row = new Float64Array(metric.width);
  const references = visitSegments(hypotheses, lists, (hypothesis, segmentReferences) => {
    metric.statistics(hypothesis, segmentReferences, row);
    for (let column = 0; column < row.length; column++) (sums[column] as number) += row[column] as number;
  });
  return { sums, references };
}
