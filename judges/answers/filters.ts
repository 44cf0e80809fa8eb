import type { JsonObject } from "../../src/core/json.ts";
import { trimPython } from "../overlap/python-space.ts";
import { compileCaptures } from "./pattern-captures.ts";

/** lm-eval's names for what can be done to an output before it is compared. */
const functions = ["regex", "remove_whitespace", "lowercase", "uppercase", "take_first"] as const;

interface FilterSpec {
  readonly function: (typeof functions)[number];
  readonly regex_pattern?: string;
  readonly group_select?: number;
  readonly fallback?: string;
}

/** Schema of a chain of filters. */
export const FILTERS: JsonObject = {
  type: "array",
  description: "What is done to the output first, in order: lm-eval's filters by their names.",
  items: {
    type: "object",
    required: ["function"],
    additionalProperties: false,
    properties: {
      function: { enum: [...functions] },
      regex_pattern: { description: "For regex; by default what follows ####.", type: "string", minLength: 1 },
      group_select: { description: "Which of the matches; −1 is the last.", type: "integer", default: 0 },
      fallback: { description: "What there is without a match.", type: "string", default: "[invalid]" },
    },
  },
};

/**
 * A chain of filters (lm_eval 0.4.13 filters/extraction.py and transformation.py).
 * @throws EvalhError E_JUDGE for a pattern that is not understood
 */
export function filterChain(specs: readonly JsonObject[]): (text: string) => string {
  const steps = (specs as unknown as readonly FilterSpec[]).map(filterOf);
  return (text) => steps.reduce((rest, step) => step(rest), text);
}

function filterOf(spec: FilterSpec): (text: string) => string {
  switch (spec.function) {
    case "regex":
      return regexFilter(spec);
    case "remove_whitespace":
      return trimPython;
    case "lowercase":
      return (text) => text.toLowerCase();
    case "uppercase":
      return (text) => text.toUpperCase();
    case "take_first":
      return (text) => text;
    default:
      return spec.function satisfies never;
  }
}

/** One of all matches; of its groups the first that is not empty. */
function regexFilter({
  regex_pattern: source = String.raw`#### (\-?[0-9\.\,]+)`,
  group_select: select = 0,
  fallback = "[invalid]",
}: FilterSpec): (text: string) => string {
  const captures = compileCaptures(source);
  return (text) => {
    const found = captures(text).at(select);
    if (found === undefined) return fallback;
    // A tuple's empty groups are dropped; a single group or a whole match may be empty.
    const chosen = found.length === 1 ? found[0] : found.find((each) => each !== "");
    return trimPython(chosen ?? fallback);
  };
}
