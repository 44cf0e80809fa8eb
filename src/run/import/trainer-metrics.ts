import type { JsonObject } from "../../core/json.ts";
import { numberOf } from "../../training/loose-json.ts";
import { isScore } from "./total-task.ts";

/** Numbers by name, as `trainer.evaluate` gives and `trainer.save_metrics` writes them: "eval_loss", "eval_runtime". */
export type ResultRow = JsonObject;

const USUAL = ["eval", "predict", "test"];
/** Names of the data sets that were evaluated; several at once are "eval_en", "eval_de". */
export function prefixesOf(rows: readonly ResultRow[]): string[] {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const timed = names.flatMap((name) => /^(?!train_)(.+)_runtime$/u.exec(name)?.[1] ?? []);
  const usual = USUAL.filter((prefix) => names.some((name) => name.startsWith(`${prefix}_`)));
  return [...new Set([...timed, ...usual])].filter((prefix) =>
    rows.some((row) => Object.keys(row).some((name) => isOf(name, prefix, timed))),
  );
}

/** Whether a name belongs to a data set, and not to another whose name is longer. */
function isOf(name: string, prefix: string, prefixes: readonly string[]): boolean {
  if (!name.startsWith(`${prefix}_`) || !isScore(name.slice(prefix.length + 1), { isNamed: true })) return false;
  return !prefixes.some((other) => other.length > prefix.length && name.startsWith(`${other}_`));
}

/** A data set's scores by their own names, and the names of those that are NaN or infinite. */
export function metricsOf(
  row: ResultRow,
  prefix: string,
  prefixes: readonly string[],
): { readonly metrics: Record<string, number>; readonly unusable: readonly string[] } {
  const metrics: Record<string, number> = {};
  const unusable: string[] = [];
  for (const [key, value] of Object.entries(row)) {
    const number = isOf(key, prefix, prefixes) ? numberOf(value) : undefined;
    if (number === undefined) continue;
    const name = key.slice(prefix.length + 1);
    if (Number.isFinite(number)) metrics[name] = number;
    else unusable.push(name);
  }
  return { metrics, unusable };
}

/** Whether two rows measured the same: the Trainer writes its numbers out in full, so that equal ones are equal. */
export function sameMetrics(a: ResultRow, b: ResultRow, prefix: string, prefixes: readonly string[]): boolean {
  const [one, two] = [a, b].map((row) => metricsOf(row, prefix, prefixes));
  const names = Object.keys(one?.metrics ?? {}).filter((name) => two?.metrics[name] !== undefined);
  return names.length > 0 && names.every((name) => one?.metrics[name] === two?.metrics[name]);
}

export function secondsOf(row: ResultRow, prefix: string): number | null {
  return numberOf(row[`${prefix}_runtime`]) ?? null;
}

/**
 * How many samples a data set has: as a script wrote it, otherwise the one whole number that all rounded times and rates
 * agree with. Null where there is no such number, or several.
 */
export function countOf(prefix: string, rows: readonly ResultRow[]): number | null {
  const said = rows.map((row) => numberOf(row[`${prefix}_samples`])).find((count) => count !== undefined);
  if (said !== undefined) return said;
  let [least, most] = [0, Infinity];
  for (const row of rows) {
    const [seconds, rate] = [numberOf(row[`${prefix}_runtime`]), numberOf(row[`${prefix}_samples_per_second`])];
    if (seconds === undefined || rate === undefined) continue;
    // Rounded to four and three decimals (transformers, trainer_utils.speed_metrics).
    least = Math.max(least, (seconds - 0.00005) * (rate - 0.0005));
    most = Math.min(most, (seconds + 0.00005) * (rate + 0.0005));
  }
  const count = Math.ceil(least);
  return count > 0 && Math.floor(most) === count ? count : null;
}
