import { parse } from "csv-parse/sync";

import { EvalhError, messageOf } from "../../core/errors.ts";
import { isJsonObject, type JsonObject } from "../../core/json.ts";
import { numberOf } from "../../training/loose-json.ts";
import { parsePythonDict } from "../../training/python-dict.ts";

/** Numbers that a W&B run logged at a step, or left as its summary, by their full names. */
export interface LoggedRow {
  /** Null where the export is of one run and does not name it. */
  readonly run: string | null;
  readonly step: number | null;
  readonly values: Readonly<Record<string, number>>;
}

const STEP = ["train/global_step", "trainer/global_step", "global_step", "_step", "Step"];
/** "bright-fog-3 - eval/loss", as the app names a chart's lines. */
const LINE = /^(?<run>.+) - (?<metric>.+?)(?<bound>__M(?:IN|AX))?$/u;

/**
 * Rows of a CSV that W&B's app or `run.history().to_csv()` wrote; null if it is none.
 * @throws EvalhError E_DATASET if it does not parse
 */
export function rowsOfCsv(text: string, file: string): LoggedRow[] | null {
  const [first = ""] = text.split("\n", 1);
  if (!/_step|\bStep\b|\bName\b|\bsummary\b/u.test(first)) return null;
  let cells: string[][];
  try {
    cells = parse(text, { bom: true, skip_empty_lines: true, relax_column_count: true });
  } catch (error) {
    throw new EvalhError("E_DATASET", `not CSV: ${messageOf(error)}`, { place: { file } });
  }
  const [header = [], ...rows] = cells;
  return rowsOf(rows.map((row) => Object.fromEntries(header.map((name, at) => [name, row[at] ?? ""]))));
}

/** The same of objects: `run.history(pandas=False)`, or what was gathered from `api.runs(…)`. */
export function rowsOf(rows: readonly JsonObject[]): LoggedRow[] | null {
  const [first] = rows;
  if (first === undefined) return null;
  const names = Object.keys(first);
  const name = names.find((each) => /^(?:name|run|run_name)$/iu.test(each));
  if (names.includes("summary") && name !== undefined) return summaries(rows, name);
  if (names.some((each) => each === "_step")) return history(rows, name ?? null);
  const isChart = names.includes("Step") || STEP.some((step) => names.includes(step));
  if (isChart && names.some((each) => LINE.test(each))) return chart(rows);
  const isTable = names.includes("State") || names.includes("Created") || names.includes("ID");
  if (name !== undefined && isTable) {
    return rows.map((row) => ({ run: textOf(row[name]), step: null, values: numbersOf(row) }));
  }
  return null;
}

/** A run's last values, as wandb-summary.json has them. */
export function rowOfSummary(summary: JsonObject, run: string): LoggedRow {
  return { run, step: stepOf(summary), values: numbersOf(summary) };
}

function summaries(rows: readonly JsonObject[], name: string): LoggedRow[] {
  return rows.map((row) => {
    const { summary } = row;
    const found = typeof summary === "string" ? printedSummary(summary) : summary;
    return rowOfSummary(isJsonObject(found) ? found : {}, textOf(row[name]));
  });
}

/** pandas writes a dictionary as Python prints it. What is nested in it, such as `_wandb`, is no score. */
function printedSummary(text: string): JsonObject | null {
  const flat = text.replaceAll(/,?\s*'[^']*':\s*\{[^{}]*\}/gu, "").replace(/^\{\s*,/u, "{");
  return parsePythonDict(flat);
}

function history(rows: readonly JsonObject[], name: string | null): LoggedRow[] {
  return rows.map((row) => ({
    run: name === null ? null : textOf(row[name]),
    step: stepOf(row),
    values: numbersOf(row),
  }));
}

function chart(rows: readonly JsonObject[]): LoggedRow[] {
  return rows.flatMap((row) => {
    const runs = new Map<string, Record<string, number>>();
    for (const [column, value] of Object.entries(row)) {
      const { run, metric, bound } = LINE.exec(column)?.groups ?? {};
      const number = numberOf(value);
      if (run === undefined || metric === undefined || bound !== undefined || number === undefined) continue;
      runs.set(run, { ...runs.get(run), [metric]: number });
    }
    return [...runs].map(([run, values]) => ({ run, step: stepOf(row), values }));
  });
}

function stepOf(row: JsonObject): number | null {
  return STEP.map((name) => numberOf(row[name])).find((step) => step !== undefined) ?? null;
}

function numbersOf(row: JsonObject): Record<string, number> {
  const entries = Object.entries(row).flatMap(([name, value]) => {
    const number = numberOf(value);
    return number === undefined ? [] : [[name, number] as const];
  });
  return Object.fromEntries(entries);
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : String(value);
}
