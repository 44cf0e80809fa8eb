import { formatCount } from "../../../reports/number-format.ts";

const LEVELS = "▁▂▃▄▅▆▇█";
const PARTS = " ▏▎▍▌▋▊▉█";

/** A bar of exactly `width` columns, `share` of it full, to an eighth of a column. */
export function progressBar(share: number, width: number): string {
  const eighths = Math.round(Math.max(0, Math.min(1, share)) * width * 8);
  const full = Math.floor(eighths / 8);
  const part = full < width && eighths % 8 > 0 ? (PARTS[eighths % 8] ?? "") : "";
  return ("█".repeat(full) + part).padEnd(width, "·");
}

/** One bar a value, scaled between the lowest and the highest; a space where there is none. */
export function sparkline(values: readonly (number | null)[], from?: number): string {
  const known = values.filter((value): value is number => value !== null && Number.isFinite(value));
  const low = from ?? Math.min(...known);
  const range = Math.max(...known) - low;
  return values.map((value) => (value === null || !Number.isFinite(value) ? " " : level(value - low, range))).join("");
}

/** A level among eight; the lowest where nothing differs. */
export function level(value: number, range: number): string {
  const share = range > 0 ? Math.max(0, Math.min(1, value / range)) : 0;
  return LEVELS[Math.min(LEVELS.length - 1, Math.floor(share * LEVELS.length))] ?? "";
}

/** "12:41", "1:02:03" */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const pad = (value: number): string => String(value).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const rest = `${pad(Math.floor(whole / 60) % 60)}:${pad(whole % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}

/** A rate without its unit: "0.4", "1 971". */
export function formatPerSecond(rate: number): string {
  return rate < 10 ? rate.toFixed(1) : formatCount(Math.round(rate));
}
