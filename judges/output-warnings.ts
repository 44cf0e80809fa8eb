import type { Completion } from "../src/core/completion.ts";
import type { Sample } from "../src/core/sample.ts";

/** What can make an output's score suspect. Counted beside the scores; never part of them. */
export type OutputWarning = "truncated" | "empty" | "repeats" | "copied_prompt" | "withheld";

/** A word or phrase that comes this often in a row is a loop, not emphasis. */
const LOOP_TIMES = 4;
/** Longest phrase looked for, in words. */
const LOOP_WORDS = 8;
/** Texts shorter than this occur in a prompt by chance. */
const COPY_CHARACTERS = 40;

/** The warnings of one completion, in a fixed order; usually none. */
export function outputWarnings(completion: Completion, sample: Sample): OutputWarning[] {
  if (completion.finish === "scored") return [];
  const warnings: OutputWarning[] = [];
  const text = completion.text.trim();
  if (completion.finish === "length") warnings.push("truncated");
  if (completion.finish === "filter") warnings.push("withheld");
  if (text === "") warnings.push("empty");
  else {
    if (hasLoop(text)) warnings.push("repeats");
    if (text.length >= COPY_CHARACTERS && sample.input.includes(text)) warnings.push("copied_prompt");
  }
  return warnings;
}

/** True if one to eight words come at least four times in a row, or one character thirty-two times. */
export function hasLoop(text: string): boolean {
  if (/([^\s.\-_=*#])\1{31}/u.test(text)) return true;
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
