import { EvalhError } from "../../src/core/errors.ts";

/** A set of characters, by code point. */
export type CharacterSet = (code: number) => boolean;

/** Places between characters. */
export type Assertion = "start" | "end" | "line-start" | "line-end" | "word-edge" | "no-word-edge";

export type PatternNode =
  | { readonly kind: "set"; readonly has: CharacterSet }
  | { readonly kind: "assertion"; readonly at: Assertion }
  | { readonly kind: "sequence"; readonly parts: readonly PatternNode[] }
  | { readonly kind: "alternatives"; readonly options: readonly PatternNode[] }
  | { readonly kind: "group"; readonly node: PatternNode; readonly index: number }
  | Repeat;

interface Repeat {
  readonly kind: "repeat";
  readonly node: PatternNode;
  readonly min: number;
  /** Infinity where there is no bound. */
  readonly max: number;
  readonly lazy: boolean;
}

export interface ParsedPattern {
  readonly root: PatternNode;
  /** Number of capturing groups. */
  readonly groups: number;
}

interface Cursor {
  readonly source: string;
  at: number;
  groups: number;
  depth: number;
  /** Flags of JavaScript's expressions for single characters. */
  readonly flags: string;
  /** ^ and $ match at lines. */
  readonly lines: boolean;
}

const ASCII = 128;
/** Deeper nesting is refused: it would overflow the stack. */
const MAX_DEPTH = 200;

/**
 * Parses a regular expression of the usual syntax without back-references and look-around, which cannot be matched in
 * linear time. Character classes are JavaScript's; `(?i)`, `(?s)` and `(?m)` may stand at the start; `(?P<name>…)` is
 * accepted as Python writes it.
 */
export function parsePattern(source: string, ignoreCase: boolean): ParsedPattern {
  const inline = /^\(\?([ims]+)\)/.exec(source)?.[1] ?? "";
  const cursor: Cursor = {
    source,
    at: inline === "" ? 0 : inline.length + 3,
    groups: 0,
    depth: 0,
    flags: `u${inline.includes("s") ? "s" : ""}${ignoreCase || inline.includes("i") ? "i" : ""}`,
    lines: inline.includes("m"),
  };
  const root = alternatives(cursor);
  if (cursor.at < source.length) throw invalid(cursor, "there is a ) without its (");
  return { root, groups: cursor.groups };
}

function invalid(cursor: Cursor, why: string): EvalhError {
  const message = `The regular expression ${JSON.stringify(cursor.source)} is invalid at character ${cursor.at + 1}: ${why}.`;
  return new EvalhError("E_JUDGE", message, {
    hint: "Look-around and back-references are not supported: patterns are matched in linear time.",
  });
}

/** Moves past `text` if it comes next. */
function accept(cursor: Cursor, text: string): boolean {
  if (!cursor.source.startsWith(text, cursor.at)) return false;
  cursor.at += text.length;
  return true;
}

/** Moves past what the sticky expression matches next. */
function acceptMatch(cursor: Cursor, expression: RegExp): RegExpExecArray | undefined {
  expression.lastIndex = cursor.at;
  const match = expression.exec(cursor.source);
  if (match === null) return undefined;
  cursor.at = expression.lastIndex;
  return match;
}

function alternatives(cursor: Cursor): PatternNode {
  if (++cursor.depth > MAX_DEPTH) throw invalid(cursor, "groups are nested too deeply");
  const options = [sequence(cursor)];
  while (accept(cursor, "|")) options.push(sequence(cursor));
  cursor.depth--;
  return options.length === 1 ? (options[0] as PatternNode) : { kind: "alternatives", options };
}

function sequence(cursor: Cursor): PatternNode {
  const parts: PatternNode[] = [];
  while (cursor.at < cursor.source.length && !"|)".includes(cursor.source[cursor.at] as string)) {
    parts.push(quantified(cursor, atom(cursor)));
  }
  return { kind: "sequence", parts };
}

function quantified(cursor: Cursor, node: PatternNode): PatternNode {
  const match = acceptMatch(cursor, /([*+?])|\{(\d+)(?:(,)(\d*))?\}/y);
  if (match === undefined) return node;
  const [, sign, least, comma, most] = match;
  const lazy = accept(cursor, "?");
  let min = sign === "+" ? 1 : 0;
  let max = sign === "?" ? 1 : Infinity;
  if (least !== undefined) {
    min = Number(least);
    if (comma === undefined) max = min;
    else if (most !== "") max = Number(most);
  }
  if (max < min) throw invalid(cursor, "the bounds of a repetition are the wrong way round");
  if ("*+?".includes(cursor.source[cursor.at] ?? " ")) throw invalid(cursor, "there is nothing to repeat");
  return { kind: "repeat", node, min, max, lazy };
}

function atom(cursor: Cursor): PatternNode {
  const char = String.fromCodePoint(cursor.source.codePointAt(cursor.at) as number);
  if (char === "(") return group(cursor);
  if (char === "[") return characterClass(cursor);
  if (char === "\\") return escape(cursor);
  if ("*+?".includes(char)) throw invalid(cursor, "there is nothing to repeat");
  cursor.at += char.length;
  if (char === "^") return { kind: "assertion", at: cursor.lines ? "line-start" : "start" };
  if (char === "$") return { kind: "assertion", at: cursor.lines ? "line-end" : "end" };
  // As in Python and RE2, only the line feed ends a line.
  if (char === ".") return characterSet(cursor, cursor.flags.includes("s") ? "[^]" : "[^\\n]");
  return characterSet(cursor, literal(char));
}

function group(cursor: Cursor): PatternNode {
  let index: number | undefined;
  if (!accept(cursor, "(?:")) {
    if (acceptMatch(cursor, /\(\?P?<[\p{L}_][\p{L}\p{N}_]*>/uy) === undefined) cursor.at++;
    if (cursor.source[cursor.at] === "?") throw invalid(cursor, "this kind of group is not supported");
    index = ++cursor.groups;
  }
  const node = alternatives(cursor);
  if (!accept(cursor, ")")) throw invalid(cursor, "a ) is missing");
  return index === undefined ? node : { kind: "group", node, index };
}

const ASSERTIONS: Readonly<Record<string, Assertion>> = {
  b: "word-edge",
  B: "no-word-edge",
  A: "start",
  Z: "end",
  z: "end",
};

function escape(cursor: Cursor): PatternNode {
  const at = ASSERTIONS[cursor.source[cursor.at + 1] ?? ""];
  if (at === undefined) return characterSet(cursor, escapedCharacter(cursor));
  cursor.at += 2;
  return { kind: "assertion", at };
}

/** Moves past a backslash and what belongs to it, and returns what JavaScript writes for it. */
function escapedCharacter(cursor: Cursor): string {
  const known = acceptMatch(
    cursor,
    /\\(?:[dDwWsSnrtfv]|0(?!\d)|x[\da-fA-F]{2}|u[\da-fA-F]{4}|u\{[\da-fA-F]{1,6}\}|[pP]\{[\w=]+\})/y,
  );
  if (known !== undefined) return known[0];
  const other = acceptMatch(cursor, /\\([^\da-zA-Z])/uy)?.[1];
  if (other === undefined) throw invalid(cursor, "this escape is not supported");
  return literal(other);
}

function characterClass(cursor: Cursor): PatternNode {
  cursor.at++;
  let source = accept(cursor, "^") ? "[^" : "[";
  // A ] at the start is a member, as in Python; in JavaScript it would end an empty class.
  if (accept(cursor, "]")) source += literal("]");
  while (!accept(cursor, "]")) {
    const code = cursor.source.codePointAt(cursor.at);
    if (code === undefined) throw invalid(cursor, "a ] is missing");
    const char = String.fromCodePoint(code);
    if (char === "\\") {
      source += accept(cursor, "\\b") ? "\\x08" : escapedCharacter(cursor);
      continue;
    }
    cursor.at += char.length;
    source += char === "-" ? char : literal(char);
  }
  return characterSet(cursor, `${source}]`);
}

const literal = (char: string): string => `\\u{${(char.codePointAt(0) as number).toString(16)}}`;

/** JavaScript's engine decides, but about one character at a time, where it cannot run away. */
function characterSet(cursor: Cursor, source: string): PatternNode {
  let expression: RegExp;
  try {
    expression = new RegExp(`^${source}$`, cursor.flags);
  } catch {
    throw invalid(cursor, "there is no such set of characters");
  }
  const ascii = Uint8Array.from({ length: ASCII }, (_, code) => (expression.test(String.fromCharCode(code)) ? 1 : 0));
  const has: CharacterSet = (code) => (code < ASCII ? ascii[code] === 1 : expression.test(String.fromCodePoint(code)));
  return { kind: "set", has };
}
