import { collapsePythonSpace } from "../overlap/python-space.ts";

/** \w and \s of the Python package regex, which nltk matches with: as Unicode's TR18 has them. */
const W = "[\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}]";
const SPACE = "[\\t-\\r\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";

/** The same of Python's own re, which nltk splits contractions with. */
const RE_W = "[\\p{L}\\p{N}_]";
const RE_SPACE = "[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";

const BLANK = new RegExp(`^${SPACE}*$`, "u");

type Rule = readonly [pattern: RegExp, replacement: string];

const OPENING: readonly Rule[] = [
  [/[«“‘„]|`+/gu, " $& "],
  [/^"/u, "``"],
  [/``/gu, " `` "],
  [/([ ([{<])(?:"|'')/gu, "$1 `` "],
  // An apostrophe before a word that is no clitic is a quotation mark.
  [new RegExp(`(?<!${W})'(?!(?:re|ve|ll|m|t|s|d|n)(?!${W}))(?=${W})`, "giu"), "' "],
];

const PUNCTUATION: readonly Rule[] = [
  [/([:,])(\P{Nd})/gu, " $1 $2"],
  [/[:,](?=\n?$)/gu, " $& "],
  [/\.{2,}/gu, " $& "],
  [/[;@#$%&]/gu, " $& "],
  [/[\u2012-\u2015]/gu, " $& "],
  [/[?!]/gu, " $& "],
  [/([^'])' /gu, "$1 ' "],
  [/\*/gu, " * "],
  [/[\][(){}<>]/gu, " $& "],
  [/--/gu, " -- "],
];

const CLOSING: readonly Rule[] = [
  [/[»”’]/gu, " $& "],
  [/''|"/gu, " '' "],
  [new RegExp(`${SPACE}+`, "gu"), " "],
  [/([^' ])('[sS]|'[mM]|'[dD]|') /gu, "$1 $2 "],
  [/([^' ])('ll|'LL|'re|'RE|'ve|'VE|n't|N'T) /gu, "$1 $2 "],
];

/** Contractions written as one word, of MacIntyre's sed script for the Penn Treebank. */
const CONTRACTIONS: readonly Rule[] = [
  ...["can:not", "d:'ye", "gim:me", "gon:na", "got:ta", "lem:me", "more:'n"].map((pair): Rule => {
    const [first = "", second = ""] = pair.split(":");
    return [new RegExp(`(?<!${RE_W})(${first})(${second})(?!${RE_W})`, "giu"), " $1 $2 "];
  }),
  [new RegExp(`(?<!${RE_W})(wan)(na)(?=${RE_SPACE})`, "giu"), " $1 $2 "],
  [new RegExp(` ('t)(is)(?!${RE_W})`, "giu"), " $1 $2 "],
  [new RegExp(` ('t)(was)(?!${RE_W})`, "giu"), " $1 $2 "],
];

/** What may follow the period that ends a sentence. */
const AFTER_PERIOD = "])}>\"'»”’ ";

/** Sets the last period apart where nothing but quotes, brackets and white space follows it and no period precedes. */
function splitFinalPeriod(text: string): string {
  const period = text.lastIndexOf(".");
  if (period < 1 || text[period - 1] === ".") return text;
  let end = period + 1;
  while (end < text.length && AFTER_PERIOD.includes(text[end] as string)) end++;
  if (!BLANK.test(text.slice(end))) return text;
  return `${text.slice(0, period)} . ${text.slice(period + 1, end)} `;
}

function applied(rules: readonly Rule[], text: string): string {
  return rules.reduce((result, [pattern, replacement]) => result.replace(pattern, replacement), text);
}

/** The words of one line by nltk 3.10.4's `word_tokenize(text, preserve_line=True)`, which no sentence splitter precedes. */
export function treebankWords(text: string): string[] {
  const opened = splitFinalPeriod(applied(OPENING, text));
  const split = applied(CONTRACTIONS, applied(CLOSING, ` ${applied(PUNCTUATION, opened)} `));
  return whiteSpaceWords(split);
}

/** The words between white space, as Python's str.split. */
export function whiteSpaceWords(text: string): string[] {
  const collapsed = collapsePythonSpace(text);
  return collapsed === "" ? [] : collapsed.split(" ");
}
