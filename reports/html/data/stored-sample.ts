import type { SampleOutput, SampleView } from "../../../src/compare/comparison.ts";
import type { StoredOutput, StoredSample } from "./format.ts";

/** A sample's text as it is stored. */
export function storedSample({ prompt, references, outputs }: SampleView): StoredSample {
  return [prompt, references, outputs.map((output) => (output === null ? null : storedOutput(output)))];
}

function storedOutput({ text, finish, tokens, ms, error, notes = [] }: SampleOutput): StoredOutput {
  const stored = [text, finish, tokens, ms === null ? null : Math.round(ms), error] as const;
  return notes.length === 0 ? stored : [...stored, notes];
}
