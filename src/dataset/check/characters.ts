import { codePoint, textCheck } from "./text-check.ts";

/**
 * Control characters but tab and line ends, soft hyphens, no-break spaces, zero-width spaces, marks that turn the
 * direction of writing, byte order marks, private use, lone surrogates and non-characters. Joiners (U+200C, U+200D) are
 * left alone: Persian, Indic scripts and emoji need them.
 */
const SPECIAL =
  /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u00A0\u00AD\u200B\u200E\u200F\u2028\u2029\u202A-\u202E\u2060-\u2064\u2066-\u2069\uE000-\uF8FF\uFEFF\uFFF9-\uFFFB\uFFFE\uFFFF\p{Cs}]/u;
const ALL = new RegExp(SPECIAL.source, "gu");
/** What stands for a space or a line end becomes one; the rest goes. */
const BLANK = /[\u000B\u000C\u0085\u00A0\u2028\u2029]/u;

/** Control and other characters that nobody sees and every tokenizer does. */
export const characters = textCheck({
  summary: "control characters, zero-width and no-break spaces, direction marks, lone surrogates",
  level: "problem",
  message: "rows hold characters that cannot be seen",
  find: (text) => {
    const found = SPECIAL.exec(text);
    return found === null ? null : `${codePoint(found[0])} at character ${found.index + 1}`;
  },
  repair: (text) => text.replaceAll(ALL, (character) => (BLANK.test(character) ? " " : "")),
});
