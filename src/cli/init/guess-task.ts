import { EvalhError } from "../../core/errors.ts";
import type { JsonObject, JsonValue } from "../../core/json.ts";

/** What a dataset seems to be for. */
export interface TaskGuess {
  readonly kind: "generate" | "choice";
  readonly input: string;
  readonly reference: string;
  /** For choice: the labels, most frequent first. */
  readonly choices: readonly string[];
  /** Longest reference in characters. */
  readonly longestReference: number;
  /** Columns with a few values each, good to slice by. */
  readonly slices: readonly string[];
  readonly id: string | null;
}

const INPUT_NAMES = ["prompt", "instruction", "question", "input", "source", "text", "query", "document", "term"];
const REFERENCE_NAMES = [
  "reference",
  "references",
  "target",
  "answer",
  "output",
  "completion",
  "response",
  "label",
  "summary",
  "title",
];
/** A column with at most this many values, each a few times, is a label or a slice. */
const MOST_LABELS = 30;
const LEAST_PER_LABEL = 3;

/**
 * Guesses input, reference, labels and slices from the first rows.
 * @throws EvalhError E_USAGE if no column fits
 */
export function guessTask(
  rows: readonly JsonObject[],
  given: { readonly input: string | null; readonly reference: string | null; readonly file: string },
): TaskGuess {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const reference = given.reference ?? pick(columns, REFERENCE_NAMES);
  const input =
    given.input ??
    pick(
      columns.filter((column) => column !== reference),
      INPUT_NAMES,
    );
  for (const [column, flag] of [
    [input, "--input"],
    [reference, "--reference"],
  ] as const) {
    if (column !== null && columns.includes(column)) continue;
    throw new EvalhError("E_USAGE", `cannot tell which column of ${given.file} is the ${flag.slice(2)}`, {
      hint: `name it with ${flag}; the columns are ${columns.join(", ")}`,
    });
  }
  const labels = frequentValues(rows, reference ?? "");
  const longest = rows.reduce((most, row) => Math.max(most, lengthOf(row[reference ?? ""])), 0);
  const slices = columns.filter(
    (column) => column !== input && column !== reference && frequentValues(rows, column) !== null,
  );
  return {
    kind: labels === null ? "generate" : "choice",
    input: input ?? "",
    reference: reference ?? "",
    choices: labels ?? [],
    longestReference: longest,
    slices,
    id: columns.find((column) => column === "id" || column.endsWith("_id")) ?? null,
  };
}

/** Characters of a text, of a list's longest item; 0 for anything else. */
function lengthOf(value: JsonValue | undefined): number {
  if (typeof value === "string") return value.length;
  return Array.isArray(value) ? Math.max(0, ...(value as readonly JsonValue[]).map(lengthOf)) : 0;
}

function pick(columns: readonly string[], names: readonly string[]): string | null {
  return names.find((name) => columns.includes(name)) ?? null;
}

/** The values of a column, most frequent first, if they are few and each comes a few times; null otherwise. */
function frequentValues(rows: readonly JsonObject[], column: string): string[] | null {
  const counts = new Map<string, number>();
  for (const row of rows) {
    const value = row[column];
    if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") return null;
    counts.set(String(value), (counts.get(String(value)) ?? 0) + 1);
    if (counts.size > MOST_LABELS) return null;
  }
  if (counts.size < 2 || rows.length < counts.size * LEAST_PER_LABEL) return null;
  return [...counts].sort((a, b) => b[1] - a[1]).map(([value]) => value);
}
