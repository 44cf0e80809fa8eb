import { EvalhError } from "../core/errors.ts";

/** One mistake in a suite. */
export interface Problem {
  readonly file: string;
  /** Lines and columns count from 1; columns in UTF-16 code units. */
  readonly line: number;
  readonly column: number;
  /** Characters to underline, at least 1. */
  readonly length: number;
  /** JSON pointer of the value, "" for the whole file. */
  readonly pointer: string;
  /** What is wrong, to be read after the pointer. */
  readonly message: string;
  readonly hint: string | undefined;
  /** The line as it stands in the file. */
  readonly source: string;
  /** Of problems on one line those with a lower rank come first. */
  readonly rank: number;
}

/** A suite that cannot be used, with every mistake that was found. */
export class SuiteInvalid extends EvalhError {
  /** By line; at least one. */
  readonly problems: readonly Problem[];

  constructor(file: string, problems: readonly Problem[]) {
    const sorted = sortProblems(problems);
    const first = sorted[0];
    const count = sorted.length === 1 ? "1 mistake" : `${sorted.length} mistakes`;
    const about = first === undefined ? "" : `: ${describe(first)}`;
    super("E_SUITE_INVALID", `${file} has ${count}${sorted.length > 1 ? ", the first" : ""}${about}`, {
      place: first === undefined ? { file } : { file, line: first.line, column: first.column },
    });
    this.name = "SuiteInvalid";
    this.problems = sorted;
  }

  /** Every mistake as `file:line:column  error  pointer message — hint`, with the line and a caret; for terminals. */
  format(): string {
    return formatProblems(this.problems);
  }
}

/** By line, then rank (unknown keys before missing ones), then column; the same mistake once. */
function sortProblems(problems: readonly Problem[]): Problem[] {
  const seen = new Set<string>();
  return problems
    .toSorted((a, b) => a.line - b.line || a.rank - b.rank || a.column - b.column || compare(a.pointer, b.pointer))
    .filter((problem) => {
      const key = `${problem.line}:${problem.column} ${problem.pointer} ${problem.message}`;
      return !seen.has(key) && seen.add(key);
    });
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** Lines of text, each ended. */
export function formatProblems(problems: readonly Problem[]): string {
  return problems
    .map((problem) => {
      const head = `${problem.file}:${problem.line}:${problem.column}  error  ${describe(problem)}`;
      return `${[head, ...excerpt(problem)].map(printable).join("\n")}\n`;
    })
    .join("");
}

function describe({ pointer, message, hint }: Problem): string {
  const text = pointer === "" ? message : `${pointer} ${message}`;
  return hint === undefined ? text : `${text} — ${hint}`;
}

/** Characters shown of a long line, for suites written as JSON on one line. */
const WIDTH = 100;

function excerpt({ line, column, length, source }: Problem): string[] {
  if (source.trim() === "") return [];
  const start = column > WIDTH - 20 ? column - 1 - WIDTH / 2 : 0;
  const shown = source.slice(start, start + WIDTH);
  const before = source.slice(start, column - 1);
  const number = String(line).padStart(5);
  // Tabs stay tabs, so that the caret stands under its character however wide the terminal makes them.
  const indent = before.replaceAll(/[^\t]/gu, " ");
  const carets = "^".repeat(Math.max(1, Math.min(length, shown.length - before.length)));
  return [`${number} | ${shown}`, `${" ".repeat(number.length)} | ${indent}${carets}`];
}

/** Shows control and direction characters as escapes: a suite may come from anyone, and a terminal obeys them. */
function printable(text: string): string {
  return text.replaceAll(
    /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
