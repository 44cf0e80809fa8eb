import { pythonFixed } from "../../../judges/overlap/python-fixed.ts";
import { columnSums } from "../../stats/resample.ts";
import { measure, signatureOf, type Measured, type Metric } from "./measure.ts";
import { pythonFloat } from "./python-json.ts";
import { confidence, scoreOf, type Draws } from "./resampling.ts";
import type { Streams } from "./streams.ts";

/** How a score is written. */
export interface Style {
  readonly width: number;
  readonly scoreOnly: boolean;
  readonly short: boolean;
  readonly json: boolean;
}

/** The scores of one system, as sacrebleu prints them. */
export function singleSystem(
  metrics: readonly Metric[],
  { systems, references }: Streams,
  { style, draws }: { readonly style: Style; readonly draws: Draws | null },
): string {
  const lines = systems[0]?.lines ?? [];
  const results = metrics.map((metric) => written(measure(metric, lines, references), { style, draws }));
  if (style.json) return results.length > 1 ? `[\n${results.join(",\n")}\n]\n` : `${results.join("")}\n`;
  return `${aligned(results).join("\n")}\n`;
}

/** The score of every segment of one system, a line each. */
export function sentenceLevel(metric: Metric, { systems, references }: Streams, style: Style): string {
  const lines = systems[0]?.lines ?? [];
  return lines
    .map((line, index) => {
      const lists = references.map((list) => [list[index] ?? ""]);
      return `${written(measure(metric, [line], lists), { style: { ...style, json: false }, draws: null })}\n`;
    })
    .join("");
}

function written(
  measured: Measured,
  { style, draws }: { readonly style: Style; readonly draws: Draws | null },
): string {
  const { metric, statistics } = measured;
  const fixed = (value: number): string => pythonFixed(value, style.width);
  const score = fixed(scoreOf(statistics));
  const interval = draws === null ? null : confidence(statistics, draws);
  // sacrebleu leaves out an interval around 0.
  const shown = interval !== null && interval.mean > 0 ? interval : null;
  const spread = shown === null ? "" : `μ = ${fixed(shown.mean)} ± ${fixed(shown.ci)}`;
  const scoreText = shown === null ? score : `${score} (${spread})`;
  if (style.scoreOnly) return scoreText;
  const drawn = draws === null ? [] : drawnEntries("bs", draws);
  const signature = signatureOf(measured, { isShort: style.short && !style.json, drawn });
  const details = metric.details(columnSums(statistics));
  if (!style.json) return `${metric.name}|${signature} = ${scoreText}${details === "" ? "" : ` ${details}`}`;
  const quoted = (text: string): string => JSON.stringify(text);
  return object([
    ["name", quoted(metric.name)],
    ["score", pythonFloat(Number(score))],
    ["signature", quoted(signature)],
    ...(shown === null
      ? []
      : ([
          ["confidence_mean", pythonFloat(Number(fixed(shown.mean)))],
          ["confidence_var", pythonFloat(Number(fixed(shown.ci)))],
          ["confidence", quoted(spread)],
        ] as const)),
    ...(details === "" ? [] : ([["verbose_score", quoted(details)]] as const)),
    ...signature.split("|").map((entry) => {
      const [name = "", value = ""] = entry.split(":");
      return [name, quoted(value)] as const;
    }),
  ]);
}

/** What a signature says of draws: name, short name, value. */
export function drawnEntries(test: "bs" | "ar", { times, seed }: Draws): (readonly [string, string, string])[] {
  return [
    [test, test, String(times)],
    ["seed", "rs", String(seed)],
  ];
}

function object(entries: readonly (readonly [string, string])[]): string {
  return `{\n${entries.map(([name, value]) => ` ${JSON.stringify(name)}: ${value}`).join(",\n")}\n}`;
}

/** Lines with their first "=" below each other. */
function aligned(lines: readonly string[]): string[] {
  const places = lines.map((line) => line.indexOf("="));
  if (lines.length === 1 || places.some((place) => place < 0)) return [...lines];
  const width = Math.max(...places);
  return lines.map((line, index) => " ".repeat(width - (places[index] as number)) + line);
}
