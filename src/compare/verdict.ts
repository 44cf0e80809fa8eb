import type { Diagnosis } from "../core/verdict.ts";
import type { Cell, ShipChoice, Verdict } from "./comparison.ts";
import { isFatal, type GateResult } from "./gate/gate-result.ts";
import type { RunData } from "./run-data.ts";

interface VerdictInputs {
  readonly data: RunData;
  readonly diagnosis: Diagnosis | null;
  readonly ship: ShipChoice | null;
  readonly cells: Readonly<Record<string, readonly Cell[]>>;
  readonly gates: readonly GateResult[];
}

/**
 * The outcome of the comparison in one word, for first lines and machines. A failed gate comes first: it is what a
 * pipeline stops for. The gate on overfitting only confirms what the curves say.
 */
export function decideVerdict({ data, diagnosis, ship, cells, gates }: VerdictInputs): Verdict {
  const failed = gates.filter((result) => isFatal(result) && result.gate.metric !== "overfit");
  if (failed.length > 0) return { kind: "regressed", gates: failed.map(({ name }) => name) };
  const hasScores = Object.values(cells).some((row) => row.some((cell) => cell.estimate !== null));
  if (!hasScores) return { kind: "inconclusive", why: "no sample was scored" };
  if (data.manifest.state !== "complete") {
    return { kind: "inconclusive", why: `the run is ${data.manifest.state}: not every sample was answered` };
  }
  if (diagnosis?.verdict === "diverged") return { kind: "diverged", since: diagnosis.since };
  if (diagnosis?.verdict === "overfit" && diagnosis.since !== null) return { kind: "overfit", since: diagnosis.since };
  if (ship === null) return { kind: "inconclusive", why: "there is no checkpoint of a series to choose from" };
  return { kind: "pass" };
}
