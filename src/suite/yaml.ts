import {
  Composer,
  CST,
  isNode,
  isScalar,
  Lexer,
  Parser,
  visit,
  type Document,
  type LineCounter,
  type Node,
  type ParsedNode,
} from "yaml";

import { messageOf } from "../core/errors.ts";

/** Limits that no suite written by a person reaches; beyond them parsing costs seconds or the stack. */
const MAX_CHARACTERS = 5_000_000;
const MAX_LEXEMES = 100_000;
const MAX_DEPTH = 64;
const MAX_ALIASES = 100;

/** Tags that say no more than the value itself would. */
const PLAIN_TAGS = new Set(["!", "!!str", "!!int", "!!float", "!!bool", "!!null", "!!map", "!!seq"]);

/** Offsets in the text. */
export type Span = readonly [start: number, end: number];

interface ReportOptions {
  readonly hint?: string | undefined;
  /** True if the rest of the file can be understood in spite of it. */
  readonly harmless?: boolean;
}

/** Takes in what is wrong with the notation. */
export type Report = (span: Span, message: string, options?: ReportOptions) => void;

/**
 * Parses YAML 1.2, of which JSON is a part, lexeme by lexeme, so that a hostile file is given up before the recursive
 * composer sees it. Null if it was given up.
 */
export function composeYaml(text: string, lines: LineCounter, report: Report): Document.Parsed | null {
  const tokens = parseTokens(text, lines, report);
  if (tokens === null) return null;
  const composer = new Composer({ lineCounter: lines, prettyErrors: false, uniqueKeys: true, logLevel: "silent" });
  const [document, second] = [...composer.compose(tokens, true, text.length)];
  if (document === undefined) return null;
  for (const { pos, code, message } of document.errors) {
    if (code === "DUPLICATE_KEY") report(pos, "the key stands here a second time", { harmless: true });
    else report(pos, lowerFirst(message), { hint: hintFor(code) });
  }
  if (second !== undefined)
    report(startOf(second), "a second document begins here", { hint: "a suite is one document" });
  checkNodes(document, report);
  return document;
}

/** Plain data of a document; undefined if its aliases would make too much of it. */
export function yamlData(document: Document.Parsed, report: Report): unknown {
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    report([0, 1], lowerFirst(messageOf(error)));
    return undefined;
  }
}

/** Where a node of a parsed document stands. */
export function rangeOf(node: Node): Span {
  const range = (node as ParsedNode).range;
  return [range[0], range[1]];
}

function parseTokens(text: string, lines: LineCounter, report: Report): CST.Token[] | null {
  const tooLong = { hint: "datasets belong into files of their own" };
  if (text.length > MAX_CHARACTERS) {
    report([0, 1], "the suite is too large (5 MB)", tooLong);
    return null;
  }
  const parser = new Parser(lines.addNewLine);
  const tokens: CST.Token[] = [];
  lines.addNewLine(0);
  let count = 0;
  for (const lexeme of new Lexer().lex(text)) {
    const start = parser.offset;
    if (CST.tokenType(lexeme) === "tag" && !PLAIN_TAGS.has(lexeme)) {
      const hint = "a suite is plain data and never runs code";
      report([start, start + lexeme.length], `tag ${lexeme} is not allowed`, { hint, harmless: true });
    }
    tokens.push(...parser.next(lexeme));
    if (parser.stack.length > MAX_DEPTH) {
      report([start, start + 1], "the suite is nested too deeply");
      return null;
    }
    if (++count > MAX_LEXEMES) {
      report([start, start + 1], "the suite is too long", tooLong);
      return null;
    }
  }
  tokens.push(...parser.end());
  return tokens;
}

function hintFor(code: string): string | undefined {
  if (code === "TAB_AS_INDENT") return "indent with spaces";
  if (code === "BLOCK_AS_IMPLICIT_KEY") return "put text that holds a colon in quotes";
  return undefined;
}

function startOf({ range }: Document): Span {
  const start = range?.[0] ?? 0;
  return [start, start + 1];
}

function checkNodes(document: Document.Parsed, report: Report): void {
  let aliases = 0;
  visit(document, {
    Alias: (_, node, path) => {
      const span = rangeOf(node);
      if (++aliases === MAX_ALIASES + 1) report(span, "the suite has too many aliases");
      if (node.resolve(document) === undefined) report(span, `there is no anchor &${node.source} before this alias`);
      const holds = (step: unknown): boolean => isNode(step) && "anchor" in step && step.anchor === node.source;
      if (path.some(holds)) report(span, `alias *${node.source} holds itself`);
    },
    Pair: (_, { key }) => {
      if (!isScalar(key)) {
        report(isNode(key) ? rangeOf(key) : [0, 1], "a key must be plain text");
      } else if (key.value === "__proto__") {
        report(rangeOf(key), "the key __proto__ is not allowed");
      }
    },
  });
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
