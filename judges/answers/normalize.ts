import { trimPython } from "../overlap/python-space.ts";
import { compilePattern } from "./pattern.ts";

/** Python's string.punctuation. */
const PUNCTUATION = /[!-/:-@[-`{-~]/g;
const DIGITS = /[0-9]/g;

/** What Python takes for white space; \s lacks U+001C–1F and U+0085 and has U+FEFF. */
const PYTHON_SPACES = /[\t-\r\x1c- \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/;

/** Python's \w is letters, digits and the underscore of any script. */
const ARTICLES = /(?<![\p{L}\p{N}_])(?:a|an|the)(?![\p{L}\p{N}_])/gu;

/** The words between white space, as Python's str.split(). */
export function words(text: string): string[] {
  const trimmed = trimPython(text);
  return trimmed === "" ? [] : trimmed.split(PYTHON_SPACES);
}

/**
 * SQuAD's normalisation: lowercase, ASCII punctuation deleted, English articles deleted, white space collapsed
 * (normalize_answer of evaluate-v1.1.py and evaluate-v2.0.py).
 */
export function normalizeSquad(text: string): string {
  return words(text.toLowerCase().replace(PUNCTUATION, "").replace(ARTICLES, " ")).join(" ");
}

/** The options of lm-eval's exact_match. */
export interface IgnoreOptions {
  /** Regular expressions whose matches are deleted first, in order. */
  readonly regexes?: readonly string[];
  readonly case?: boolean;
  /** ASCII punctuation. */
  readonly punctuation?: boolean;
  /** ASCII digits. */
  readonly numbers?: boolean;
}

/**
 * What lm-eval 0.4.13's exact_match compares. NULs at the end are dropped, because it keeps texts in NumPy arrays, which
 * cannot hold them.
 */
export function ignoring(options: IgnoreOptions): (text: string) => string {
  const patterns = (options.regexes ?? []).map((source) => compilePattern(source));
  return (text) => {
    let kept = patterns.reduce((rest, pattern) => pattern.remove(rest), text);
    if (options.case === true) kept = kept.toLowerCase();
    if (options.punctuation === true) kept = kept.replace(PUNCTUATION, "");
    if (options.numbers === true) kept = kept.replace(DIGITS, "");
    let end = kept.length;
    while (kept.charCodeAt(end - 1) === 0) end--;
    return kept.slice(0, end);
  };
}
