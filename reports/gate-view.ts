import type { Comparison } from "../src/compare/comparison.ts";
import type { GateOutcome, GateResult } from "../src/compare/gate/gate-result.ts";

export type GateTone = "good" | "warn" | "bad";

/** How an outcome is marked. A failed gate that only warns is no failure of the run. */
export function gateMark({ outcome, gate }: GateResult): { readonly sign: string; readonly tone: GateTone } {
  if (outcome === "pass") return { sign: "✓", tone: "good" };
  if (outcome === "inconclusive") return { sign: "?", tone: "warn" };
  return gate.severity === "error" ? { sign: "✗", tone: "bad" } : { sign: "!", tone: "warn" };
}

/** The outcome in a word; "warn" for a failed gate that only warns. */
export function gateWord({ outcome, gate }: GateResult): GateOutcome | "warn" {
  return outcome === "fail" && gate.severity === "warn" ? "warn" : outcome;
}

/** Worst first, otherwise in the suite's order. */
export function gatesByWeight({ gates }: Comparison): readonly GateResult[] {
  const weight = { fail: 0, warn: 1, inconclusive: 2, pass: 3 };
  return gates.toSorted((a, b) => weight[gateWord(a)] - weight[gateWord(b)]);
}

/** "3 gates: 1 failed, 2 passed". */
export function gateTally({ gates }: Comparison): string {
  const words = { fail: "failed", warn: "warned", inconclusive: "inconclusive", pass: "passed" } as const;
  const parts = Object.entries(words).flatMap(([word, text]) => {
    const count = gates.filter((result) => gateWord(result) === word).length;
    return count === 0 ? [] : [`${count} ${text}`];
  });
  return `${gates.length} ${gates.length === 1 ? "gate" : "gates"}: ${parts.join(", ")}`;
}
