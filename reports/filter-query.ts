/** Words that stand for a property of a sample, with what they mean. "base" and "checkpoint" are the two compared. */
export const FLAGS = {
  broken: "scored lower at the checkpoint than at the base",
  fixed: "scored higher at the checkpoint than at the base",
  same: "scored the same at both",
  differs: "the checkpoint's text is not the base's",
  flip: "went up and down at least twice over the series",
  gained: "ended higher than it began, without flipping",
  lost: "ended lower than it began, without flipping",
  steady: "never moved over the series",
  failed: "the checkpoint gave an error",
  missing: "the checkpoint did not run it",
  truncated: "the answer met the token limit",
  empty: "the answer is empty",
  text: "the text is in the report",
} as const;

export type Flag = keyof typeof FLAGS;

export type Comparator = "<" | "<=" | ">" | ">=" | "=";

/** One condition. All of a query's conditions must hold. */
export type FilterTerm =
  | { readonly kind: "flag"; readonly flag: Flag; readonly negated: boolean }
  | { readonly kind: "slice"; readonly field: string; readonly value: string; readonly negated: boolean }
  | { readonly kind: "task" | "id" | "word"; readonly value: string; readonly negated: boolean }
  | {
      readonly kind: "score" | "delta";
      readonly comparator: Comparator;
      readonly value: number;
      readonly negated: boolean;
    };

export interface FilterQuery {
  readonly terms: readonly FilterTerm[];
  /** Checkpoint that "ckpt:" names, base that "base:" names, metric that "metric:" names; null where it names none. */
  readonly checkpoint: string | null;
  readonly base: string | null;
  readonly metric: string | null;
  /** What could not be understood, in words for the user. Such parts filter nothing. */
  readonly problems: readonly string[];
}

interface Token {
  readonly text: string;
  /** In quotes from its first character: a word, whatever it looks like. */
  readonly quoted: boolean;
  readonly negated: boolean;
}

/** A minus, then pieces of which some are quoted: -slice:chapter="Blood and bone". */
const TOKEN = /(-?)((?:"[^"]*"?|[^\s"])+)/gu;

/**
 * Reads the filter language of sample browsers: conditions separated by spaces, all of which must hold.
 *
 *     broken task:title slice:rarity=rare score<50 -truncated "exact words" ckpt:checkpoint-441
 *
 * Never throws: what it cannot read is told in `problems`.
 */
export function parseFilter(text: string): FilterQuery {
  const terms: FilterTerm[] = [];
  const problems: string[] = [];
  const named = new Map<string, string>();
  for (const [, minus, body = ""] of text.matchAll(TOKEN)) {
    const token = { text: body.replaceAll('"', ""), quoted: body.startsWith('"'), negated: minus === "-" };
    if (token.text === "") continue;
    const context = token.quoted ? null : /^(ckpt|base|metric):(.+)$/u.exec(token.text);
    if (context !== null) named.set(context[1] ?? "", context[2] ?? "");
    else {
      const term = readTerm(token);
      if (typeof term === "string") problems.push(term);
      else terms.push(term);
    }
  }
  return {
    terms,
    checkpoint: named.get("ckpt") ?? null,
    base: named.get("base") ?? null,
    metric: named.get("metric") ?? null,
    problems,
  };
}

function readTerm({ text, quoted, negated }: Token): FilterTerm | string {
  if (quoted) return { kind: "word", value: text, negated };
  if (Object.hasOwn(FLAGS, text)) return { kind: "flag", flag: text as Flag, negated };
  const bound = /^(score|delta)(<=|>=|<|>|=)(.*)$/u.exec(text);
  if (bound !== null) return readBound(bound, negated);
  const colon = text.indexOf(":");
  const key = text.slice(0, Math.max(0, colon));
  const value = text.slice(colon + 1);
  if (key === "task" || key === "id") return value === "" ? `${text} lacks a value` : { kind: key, value, negated };
  if (key === "slice") {
    const equals = value.indexOf("=");
    if (equals < 1) return `${text} should read slice:field=value`;
    return { kind: "slice", field: value.slice(0, equals), value: value.slice(equals + 1), negated };
  }
  return { kind: "word", value: text, negated };
}

function readBound(match: RegExpExecArray, negated: boolean): FilterTerm | string {
  const [text, kind, comparator, digits = ""] = match;
  const value = digits === "" ? Number.NaN : Number(digits.replace("\u2212", "-"));
  if (!Number.isFinite(value)) return `${text} should compare with a number, as in ${kind}<50`;
  return { kind: kind as "score" | "delta", comparator: comparator as Comparator, value, negated };
}

/** The condition that keeps one slice, quoted where its names need it. */
export function sliceTerm(field: string, value: string): string {
  return `slice:${quoteValue(field)}=${quoteValue(value)}`;
}

/** A value as it can stand behind a colon. Quotes cannot be written and are left out. */
export function quoteValue(value: string): string {
  const plain = value.replaceAll('"', "");
  return /\s/u.test(plain) || plain === "" ? `"${plain}"` : plain;
}
