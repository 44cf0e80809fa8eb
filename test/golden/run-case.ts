import { differences } from "./golden-file.ts";
import type { GoldenCase } from "./golden-file.ts";
import { goldenFunctions } from "./functions/index.ts";

/** How a case went. An adapter skips one by throwing `new Error("skip: why")`. */
export type CaseResult =
  | { readonly kind: "passed" }
  | { readonly kind: "failed"; readonly reasons: readonly string[] }
  | { readonly kind: "skipped"; readonly reason: string };

/** Runs one case. A function that nobody has written fails, and so does one that throws. */
export async function runCase(one: GoldenCase): Promise<CaseResult> {
  const run = goldenFunctions[one.fn];
  if (run === undefined) return { kind: "failed", reasons: [`no function ${one.fn}`] };
  try {
    const reasons = differences(one, await run(one.input, one.params));
    return reasons.length === 0 ? { kind: "passed" } : { kind: "failed", reasons };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (message.startsWith("skip")) return { kind: "skipped", reason: message };
    const stack = error instanceof Error ? (error.stack ?? message) : message;
    return { kind: "failed", reasons: [`threw ${stack.split("\n").slice(0, 3).join(" ")}`] };
  }
}

/** Cases by function, functions in order of first appearance. */
export function byFunction(cases: readonly GoldenCase[]): ReadonlyMap<string, readonly GoldenCase[]> {
  return Map.groupBy(cases, (one) => one.fn);
}
