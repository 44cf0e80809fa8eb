import type { Comparison } from "../compare/comparison.ts";
import { isFatal } from "../compare/gate/gate-result.ts";
import { ExitCode } from "./io.ts";

/**
 * The exit code of a comparison. A failed gate comes first: whatever else is missing, it is reason enough to stop. An
 * inconclusive gate counts only under `--strict`, and only if its failure would have counted.
 */
export function gateExit(
  { gates, verdict }: Comparison,
  { incomplete, strict }: { readonly incomplete: boolean; readonly strict: boolean },
): number {
  if (gates.some(isFatal)) return ExitCode.gateFailed;
  if (incomplete) return ExitCode.incomplete;
  const isOpen = gates.some(({ outcome, gate }) => outcome === "inconclusive" && gate.severity === "error");
  return strict && (isOpen || verdict.kind === "inconclusive") ? ExitCode.inconclusive : ExitCode.pass;
}
