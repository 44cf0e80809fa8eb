import type { Judge } from "../core/judge.ts";
import type { SampleRecord } from "../run/store/records.ts";

/** What is known of an answer beside its text and scores: what judges read in it, what is odd, what was not judged. */
export function sampleNotes(record: SampleRecord, judges: readonly Judge[]): readonly string[] {
  const read = judges.flatMap((judge) => {
    const stats = record.scores[judge.name];
    return stats === undefined ? [] : (judge.explain?.(stats) ?? []);
  });
  const unscored = Object.entries(record.unscored ?? {}).map(
    ([judge, { kind, reason }]) => `${judge} ${kind}: ${reason}`,
  );
  // How generation ended is told apart.
  const odd = (record.warnings ?? []).filter((kind) => kind !== "truncated" && kind !== "not_extracted");
  const warnings = odd.map((kind) => `! ${kind.replaceAll("_", " ")}`);
  // Judges of the same labels read the same.
  return [...new Set([...read, ...unscored, ...warnings])];
}
