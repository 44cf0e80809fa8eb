import type { Completion } from "../src/core/completion.ts";
import type { Sample } from "../src/core/sample.ts";
import { isOtherScript } from "./warning/script.ts";

/**
 * What can make an output's score suspect. Counted beside the scores; never part of them.
 * - truncated: the token limit ended it
 * - no_end_of_text: so, long after an answer of the references' length would have ended: the model does not stop
 * - withheld: the server kept text back
 * - empty, repeats (a loop), copied_prompt: what it holds
 * - wrong_script: most of its letters are of another script than the references'
 *
 * Judges add flags of their own, for example not_extracted.
 */
export type OutputWarning =
  | "truncated"
  | "no_end_of_text"
  | "withheld"
  | "empty"
  | "repeats"
  | "copied_prompt"
  | "wrong_script";

/** A word or phrase that comes this often in a row is a loop, not emphasis. */
const LOOP_TIMES = 4;
/** So often one character, in words without spaces. */
const LOOP_CHARACTERS = 32;
/** Longest phrase looked for, in words. */
const LOOP_WORDS = 8;
/** Cut off after so many times the longest reference, an answer was not about to end. */
const OVERRUN_TIMES = 4;
/** Texts shorter than this occur in a prompt by chance. */
const COPY_CHARACTERS = 40;

/** The warnings of one completion, in a fixed order; usually none. */
export function outputWarnings(completion: Completion, sample: Sample): OutputWarning[] {
  if (completion.finish === "scored") return [];
  const warnings: OutputWarning[] = [];
  const text = completion.text.trim();
  if (completion.finish === "length") {
    warnings.push("truncated");
    if (overruns(text, sample.references)) warnings.push("no_end_of_text");
  }
  if (completion.finish === "filter") warnings.push("withheld");
  if (text === "") warnings.push("empty");
  else {
    if (hasLoop(text)) warnings.push("repeats");
    if (text.length >= COPY_CHARACTERS && sample.input.includes(text)) warnings.push("copied_prompt");
    if (isOtherScript(text, sample.references)) warnings.push("wrong_script");
  }
  return warnings;
}

function overruns(text: string, references: readonly string[]): boolean {
  const longest = Math.max(0, ...references.map((reference) => reference.length));
  return longest > 0 && text.length >= OVERRUN_TIMES * longest;
}

/** True if one to eight words come at least four times in a row, or one character thirty-two times. */
export function hasLoop(text: string): boolean {
  if (text.length >= LOOP_CHARACTERS && /([^\s.\-_=*#])\1{31}/u.test(text)) return true;
  const words = text.split(/\s+/u);
  for (let size = 1; size <= LOOP_WORDS && size * LOOP_TIMES <= words.length; size++) {
    let same = 0;
    for (let index = size; index < words.length; index++) {
      same = words[index] === words[index - size] ? same + 1 : 0;
      if (same >= size * (LOOP_TIMES - 1)) return true;
    }
  }
  return false;
}
