import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, type Document, type Node, type Pair } from "yaml";

import type { Problem } from "./diagnostics.ts";
import { composeYaml, rangeOf, yamlData, type Report, type Span } from "./yaml.ts";

/** What a problem says beyond its place. */
interface ProblemText {
  readonly message: string;
  readonly hint?: string | undefined;
  readonly rank?: number;
}

/** A parsed YAML or JSON file whose values know where they stand. */
export interface SourceDocument {
  readonly file: string;
  readonly text: string;
  /** Plain data; undefined if the notation is so broken that it is not clear what was meant. */
  readonly data: unknown;
  /** Mistakes of the notation itself. */
  readonly problems: readonly Problem[];
  /** A problem at the value of a pointer, or at the nearest value around it that exists. */
  at(pointer: string, text: ProblemText): Problem;
  /** A problem at a key of the mapping that the pointer names. */
  atKey(pointer: string, key: string, text: ProblemText): Problem;
  /** True for a value in quotes. */
  isQuoted(pointer: string): boolean;
}

/** Parses a suite. Never throws for its content: what is wrong is in `problems`. */
export function parseSource(text: string, file: string): SourceDocument {
  const lines = new LineCounter();
  const found: Problem[] = [];
  const problemAt = ([start, end]: Span, pointer: string, { message, hint, rank = 1 }: ProblemText): Problem => {
    const { line, col } = lines.linePos(Math.min(start, text.length));
    const source = lineAt(text, lines, line);
    const length = Math.max(1, Math.min(end - start, source.length - col + 1));
    return { file, line: Math.max(line, 1), column: Math.max(col, 1), length, pointer, message, hint, source, rank };
  };
  let isBroken = false;
  const report: Report = (span, message, { hint, harmless = false } = {}) => {
    if (!harmless) isBroken = true;
    found.push(problemAt(span, "", { message, hint }));
  };
  const document = composeYaml(text, lines, report);
  return {
    file,
    text,
    data: document === null || isBroken ? undefined : yamlData(document, report),
    problems: found,
    at: (pointer, about) => problemAt(spanOf(document, pointer), pointer, about),
    atKey: (pointer, key, about) => problemAt(keySpan(document, pointer, key), pointer, about),
    isQuoted: (pointer) => {
      const [node, rest] = descend(document, pointer);
      const type = rest.length === 0 && isScalar(node) ? node.type : undefined;
      return type === "QUOTE_DOUBLE" || type === "QUOTE_SINGLE";
    },
  };
}

/** Steps of a JSON pointer. */
export function pointerSteps(pointer: string): string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** Adds steps to a JSON pointer. */
export function pointerTo(pointer: string, ...steps: readonly (string | number)[]): string {
  return [pointer, ...steps.map((step) => String(step).replaceAll("~", "~0").replaceAll("/", "~1"))].join("/");
}

/** The pointer without its last step. */
export function pointerAbove(pointer: string): string {
  return pointer.slice(0, pointer.lastIndexOf("/"));
}

function lineAt(text: string, lines: LineCounter, line: number): string {
  const start = lines.lineStarts[line - 1] ?? 0;
  const end = text.indexOf("\n", start);
  return text.slice(start, end < 0 ? text.length : end).replace(/\r$/, "");
}

/** The deepest node on the way to the pointer, and the steps that were left. */
function descend(document: Document.Parsed | null, pointer: string): [Node | null, string[]] {
  const steps = pointerSteps(pointer);
  if (document === null) return [null, steps];
  let node: Node | null = document.contents;
  for (const [index, step] of steps.entries()) {
    const next: Node | null = node === null ? null : child(resolved(document, node), step);
    if (next === null) return [node, steps.slice(index)];
    node = next;
  }
  return [node, []];
}

function resolved(document: Document.Parsed, node: Node): Node {
  return isAlias(node) ? (node.resolve(document) ?? node) : node;
}

function child(node: Node, step: string): Node | null {
  if (isSeq(node)) {
    const item = node.items[Number(step)];
    return isNode(item) ? item : null;
  }
  const value = pairOf(node, step)?.value;
  return isNode(value) ? value : null;
}

function pairOf(node: Node | null, key: string): Pair | undefined {
  return isMap(node) ? node.items.find((item) => isScalar(item.key) && String(item.key.value) === key) : undefined;
}

function spanOf(document: Document.Parsed | null, pointer: string): Span {
  const [node, rest] = descend(document, pointer);
  if (node === null) return [0, 1];
  const span = rangeOf(node);
  // A key without a value: the key is what can be pointed at.
  const isEmpty = rest.length === 1 || (rest.length === 0 && span[0] === span[1]);
  const key = pointerSteps(pointer).at(-1);
  return isEmpty && key !== undefined ? keySpan(document, pointerAbove(pointer), key) : span;
}

function keySpan(document: Document.Parsed | null, pointer: string, key: string): Span {
  const [node, rest] = descend(document, pointer);
  if (document === null || node === null) return [0, 1];
  const pair = rest.length === 0 ? pairOf(resolved(document, node), key) : undefined;
  if (isNode(pair?.key)) return rangeOf(pair.key);
  const [start] = rangeOf(node);
  return [start, start + 1];
}
