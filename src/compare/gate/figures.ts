import type { MetricUnit } from "../../core/judge.ts";

/** A number as gates write it: enough digits to be held against a limit. */
export function figure(value: number, unit: MetricUnit): string {
  const size = Math.abs(value);
  const text =
    unit === "percent" ? value.toFixed(size > 0 && size < 1 ? 2 : 1) : value.toPrecision(size >= 1000 ? 6 : 4);
  return text.replace("-", "−");
}

/** A difference with its sign. */
export function signedFigure(value: number, unit: MetricUnit): string {
  return `${value < 0 ? "−" : "+"}${figure(Math.abs(value), unit)}`;
}

/** "p = 0.031". */
export function pText(p: number): string {
  return p < 0.0001 ? "p < 0.0001" : `p = ${Number(p.toPrecision(2))}`;
}

/** "; about 240 more samples would decide", or nothing. */
export function neededText(samples: number | null): string {
  if (samples === null) return "";
  return `; about ${samples} more ${samples === 1 ? "sample" : "samples"} would decide`;
}
