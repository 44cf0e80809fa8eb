import { hasInterval, type Estimate } from "../src/core/estimate.ts";
import type { MetricUnit } from "../src/core/judge.ts";

const MINUS = "\u2212";

/** Where a number is missing. */
export const MISSING = "–";

/** A score as people read it: percentages with one decimal, other numbers with three significant digits or more. */
export function formatScore(value: number, unit: MetricUnit): string {
  if (!Number.isFinite(value)) return formatInfinite(value);
  return typographic(value.toFixed(decimals(value, unit)));
}

/** "70.5 [61.2, 78.4]"; the value alone where nothing is known of its error. */
export function intervalText(estimate: Estimate, unit: MetricUnit): string {
  const value = formatScore(estimate.value, unit);
  if (!hasInterval(estimate)) return value;
  return `${value} [${formatScore(estimate.lo, unit)}, ${formatScore(estimate.hi, unit)}]`;
}

/** What stands after a score: "±4.1"; nothing where nothing is known of its error. */
export function marginText(estimate: Estimate, unit: MetricUnit): string {
  return hasInterval(estimate) ? `±${formatScore((estimate.hi - estimate.lo) / 2, unit)}` : "";
}

/** A difference with its sign, always: "+1.2", "−0.4", "±0.0". */
export function formatDelta(value: number, unit: MetricUnit): string {
  if (!Number.isFinite(value)) return formatInfinite(value);
  const text = Math.abs(value).toFixed(decimals(value, unit));
  if (Number(text) === 0) return `±${text}`;
  return `${value < 0 ? MINUS : "+"}${text}`;
}

export function formatLoss(value: number): string {
  return Number.isFinite(value) ? typographic(value.toFixed(3)) : formatInfinite(value);
}

/** A p-value: "p < 0.001" rather than a string of zeros. */
export function formatP(p: number): string {
  if (p < 0.001) return "p < 0.001";
  return `p = ${p.toFixed(p < 0.1 ? 3 : 2)}`;
}

/** Decimal megabytes and their like: "1.52 MB". */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toPrecision(3)} ${units[unit]}`;
}

/** "31 s", "4 min 10 s", "2 h 5 min". */
export function formatSeconds(seconds: number): string {
  const whole = Math.round(seconds);
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** A duration in milliseconds to three digits: "4.21 ms", "104 ms", "2.35 s". */
export function formatMs(ms: number): string {
  if (!Number.isFinite(ms)) return formatInfinite(ms);
  return ms >= 999.5 ? `${(ms / 1000).toPrecision(3)} s` : `${formatFigure(ms)} ms`;
}

/** A figure that is not negative, to three digits and without an exponent: "0.042", "4.21", "104", "12,345". */
export function formatFigure(value: number): string {
  if (value >= 999.5) return Math.round(value).toLocaleString("en");
  if (value < 0.001) return "0";
  return value < 0.1 ? value.toFixed(3) : value.toPrecision(3);
}

/** An integer with thin groups of three: "12 345". */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+(?!\d))/gu, "\u202f");
}

/** "1 sample", "2 samples". */
export function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** "189" or "189–252". */
export function formatSpan({ lo, hi }: { readonly lo: number; readonly hi: number }): string {
  return lo === hi ? String(lo) : `${lo}–${hi}`;
}

/** JSON knows neither NaN nor infinities. */
export function finiteOrNull(value: number | null | undefined): number | null {
  return value !== null && value !== undefined && Number.isFinite(value) ? value : null;
}

function decimals(value: number, unit: MetricUnit): number {
  if (unit === "percent") return 1;
  const size = Math.abs(value);
  if (size >= 100) return 1;
  return size >= 10 ? 2 : 3;
}

function typographic(text: string): string {
  const positive = text.replace("-", "");
  return text.startsWith("-") && Number(positive) !== 0 ? MINUS + positive : positive;
}

function formatInfinite(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  return value > 0 ? "∞" : `${MINUS}∞`;
}
