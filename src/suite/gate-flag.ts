import { isJsonObject, type JsonValue } from "../core/json.ts";
import { checkGate, type GateContext } from "./check/gates.ts";
import { SuiteInvalid } from "./diagnostics.ts";
import { normaliseGate } from "./normalise-gates.ts";
import type { RawGate } from "./raw-suite.ts";
import { gateSchema } from "./schema/gates.ts";
import { schemaProblems } from "./schema/problems.ts";
import { parseSource } from "./source-document.ts";
import type { Gate } from "./suite.ts";

/** What gates on the command line may be about. */
export interface GateNames extends Pick<GateContext, "hasLog" | "slices" | "perturbations" | "metrics"> {
  /** The suite's level of significance. */
  readonly alpha: number;
}

/**
 * Gates of the command line: "METRIC key=value …" with the keys that a suite's gates have, for example "title/bleu
 * max_drop=1 slice=rarity=rare".
 * @throws SuiteInvalid with every mistake in them
 */
export function parseGateFlags(texts: readonly string[], names: GateNames): Gate[] {
  const problems = [];
  const gates: Gate[] = [];
  for (const text of texts) {
    const source = parseSource(asMapping(text), "--gate");
    const inSchema = [...source.problems, ...schemaProblems(source, gateSchema)];
    const isSound = (): boolean => inSchema.length === 0;
    const data = source.data as JsonValue;
    const found = [...inSchema, ...checkGate(data, "", { ...names, source, isSound })];
    problems.push(...found);
    if (found.length > 0 || !isJsonObject(data)) continue;
    gates.push(normaliseGate(data as unknown as RawGate, { alpha: names.alpha, place: { file: "" } }));
  }
  if (problems.length > 0) throw new SuiteInvalid("--gate", problems);
  return gates;
}

/** The flag as a suite has it: what is wrong is then shown as in a suite. */
function asMapping(text: string): string {
  const [metric = "", ...rest] = text.trim().split(/\s+/u);
  const pairs = rest.map((pair) => {
    const at = pair.indexOf("=");
    const [key, value] = at < 0 ? [pair, ""] : [pair.slice(0, at), pair.slice(at + 1)];
    return `${JSON.stringify(key)}: ${isPlain(value) ? value : JSON.stringify(value)}`;
  });
  return `{ ${[`metric: ${JSON.stringify(metric)}`, ...pairs].join(", ")} }`;
}

function isPlain(value: string): boolean {
  return /^(-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?|true|false)$/iu.test(value);
}
