import { span, stackBlocks, type Line } from "../../../reports/console/span.ts";
import { escapeText } from "../../../reports/escape-text.ts";
import { formatFigure, formatMs, formatSeconds, plural } from "../../../reports/number-format.ts";
import { stageName, type Extent } from "../../load/load-plan.ts";
import type { LoadResult, StageResult } from "../../load/load-result.ts";
import { beside } from "../../tui/view/line.ts";
import { drawPlot, type PlotPoint } from "../../tui/view/plot.ts";
import { stageTable } from "./bench-table.ts";

const PLOT_HEIGHT = 9;
const FEWEST_FOR_PLOT = 3;
const NARROWEST_PLOT = 30;

/** A measurement as people read it: table, curves, what limits, what failed, what to know. */
export function benchText(result: LoadResult, width: number): Line[] {
  return stackBlocks(
    [heading(result), stageTable(result), curves(result, width), findings(result), failures(result)].filter(
      (block) => block.length > 0,
    ),
  );
}

function extent(length: Extent): string {
  return "ms" in length ? formatSeconds(length.ms / 1000) : plural(length.requests, "request");
}

function heading({ target, prompts, settings, isPartial }: LoadResult): Line[] {
  const { lo, hi } = prompts.tokens ?? { lo: 0, hi: 0 };
  const asked = prompts.tokens === null ? "" : ` of ${lo === hi ? lo : `${lo}–${hi}`} tokens`;
  const out = target.api === "generate" ? "" : `, at most ${prompts.maxOutputTokens} out`;
  const how = `${settings.repeats === 1 ? "once" : `${settings.repeats} times`} ${extent(settings.length)} after ${extent(settings.warmup)} of warm-up`;
  return [
    [span(escapeText(target.url), "bold"), span(target.model === null ? "" : `  ${escapeText(target.model)}`)],
    [span(`${escapeText(prompts.source)} prompts${asked}${out}; each load ${how}`, "dim")],
    ...(isPartial ? [[span("interrupted: what was measured until then", "warn")]] : []),
  ];
}

/** Rate against load, and the first token's (or the whole answer's) time against the rate. */
function curves({ stages }: LoadResult, width: number): Line[] {
  if (stages.length < FEWEST_FOR_PLOT) return [];
  const pick = stages.every(({ latencies }) => latencies.ttft !== null) ? "ttft" : "e2e";
  const tokens = stages.every(({ rates }) => rates.outputTokens !== null);
  const loadOf = ({ stage }: StageResult): number => stage.rate ?? stage.concurrency;
  const rateOf = ({ rates }: StageResult): number => (tokens ? rates.outputTokens : rates.requests)?.value ?? 0;
  const isTwo = width >= 2 * NARROWEST_PLOT + 2;
  const size = {
    width: isTwo ? Math.min(60, Math.floor((width - 4) / 2)) : Math.min(60, width - 2),
    height: PLOT_HEIGHT,
  };
  const rising = plotOf(
    [{ points: stages.map((each) => ({ x: loadOf(each), y: rateOf(each) })), dotted: false }],
    size,
    formatFigure,
  );
  const times = (name: "p50" | "p99"): PlotPoint[] =>
    stages.flatMap((each) => {
      const value = each.latencies[pick]?.percentiles[name]?.value;
      return value === undefined ? [] : [{ x: each.rates.requests.value, y: value }];
    });
  const waiting = plotOf(
    [
      { points: times("p50"), dotted: false },
      { points: times("p99"), dotted: true },
    ],
    size,
    formatMs,
  );
  const what = pick === "ttft" ? "TTFT" : "end to end";
  const left: Line[] = [
    [span(`  ${tokens ? "tokens/s" : "requests/s"} by load`.padEnd(size.width + 2), "dim")],
    ...rising.map((line) => [span("  "), ...line]),
  ];
  const right: Line[] = [
    [span(`  ${what}, p50 and p99 (dotted), by requests/s`, "dim")],
    ...waiting.map((line) => [span("  "), ...line]),
  ];
  return isTwo ? [...beside(left, right)] : [...left, ...right];
}

function plotOf(
  series: readonly { readonly points: readonly PlotPoint[]; readonly dotted: boolean }[],
  size: { readonly width: number; readonly height: number },
  format: (value: number) => string,
): Line[] {
  const xs = series.flatMap(({ points }) => points.map(({ x }) => x));
  const domain = [Math.floor(Math.min(...xs)), Math.ceil(Math.max(...xs))] as const;
  return drawPlot(
    {
      series: series.map(({ points, dotted }) => ({
        points: points.toSorted((a, b) => a.x - b.x),
        look: dotted ? "dim" : "accent",
        gap: dotted ? 3 : 1,
      })),
      domain,
      band: null,
      flag: null,
      format,
    },
    size,
  ).map((line) => [...line]);
}

function findings({ saturation, bestGoodput, stages, notes, settings }: LoadResult): Line[] {
  const lines: Line[] = [];
  if (saturation !== null) lines.push([span("saturation  ", "dim"), span(saturation.why)]);
  const best = bestGoodput === null ? undefined : stages[bestGoodput];
  if (best?.rates.goodput != null) {
    lines.push([
      span("goodput     ", "dim"),
      span(
        `at most ${formatFigure(best.rates.goodput.value)} requests/s within ${levelText(settings.level)}, at ${stageName(best.stage)}`,
      ),
    ]);
  } else if (settings.level !== null) {
    lines.push([span("goodput     ", "dim"), span(`no request was within ${levelText(settings.level)}`, "warn")]);
  }
  for (const note of notes) lines.push([span("note        ", "warn"), span(escapeText(note))]);
  return lines;
}

function levelText(level: LoadResult["settings"]["level"]): string {
  return Object.entries(level ?? {})
    .flatMap(([name, limit]: [string, number | null]) => (limit === null ? [] : [`${name} ${formatMs(limit)}`]))
    .join(", ");
}

function failures({ stages }: LoadResult): Line[] {
  return stages.flatMap(({ stage, errors }) =>
    errors.map(({ kind, count, example }) => [
      span(`  ${stageName(stage).padEnd(10)} `, "dim"),
      span(`${count} × ${escapeText(kind)}`, "bad"),
      span(example === "" || example === kind ? "" : `  ${escapeText(example)}`, "dim"),
    ]),
  );
}
