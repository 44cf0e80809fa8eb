import type { Estimate } from "../../../src/core/estimate.ts";
import { stageName } from "../../../src/load/load-plan.ts";
import type { Distribution, LoadResult, StageResult } from "../../../src/load/load-result.ts";
import { formatFigure, formatMs, formatSeconds, MISSING, plural } from "../../number-format.ts";
import { loadChart, type LoadCurve, type LoadPoint } from "../chart/load-chart.ts";
import { markup, type Html } from "../markup.ts";
import { scrollTable } from "../part/scroll-table.ts";
import { tabs } from "../part/tabs.ts";
import type { Section } from "./section.ts";

/** A curve of fewer points says no more than the table. */
const FEWEST = 2;

/** How fast the served model answers under load. */
export const load: Section = {
  id: "load",
  title: "Load curves",
  render({ load: results }) {
    if (results.length === 0) return null;
    const newest = results.toReversed();
    return tabs(
      newest.map((result, order) => ({
        name: result.startedAt.slice(0, 16).replace("T", " "),
        content: resultView(result, order),
      })),
      { label: "Measurement" },
    );
  },
};

function resultView(result: LoadResult, order: number): Html {
  const { target, prompts, settings, saturation, notes } = result;
  const level = Object.entries(settings.level ?? {}).flatMap(([name, limit]: [string, number | null]) =>
    limit === null ? [] : [`${name} ${formatMs(limit)}`],
  );
  const length =
    "ms" in settings.length ? formatSeconds(settings.length.ms / 1000) : plural(settings.length.requests, "request");
  return markup`<p><code>${target.url.replace(/^https?:\/\//u, "")}</code> ${target.model ?? ""}, ${prompts.source} prompts, at most ${prompts.maxOutputTokens} tokens out, ${plural(settings.repeats, "repeat")} of ${length}${level.length > 0 && `; service level ${level.join(", ")}`}.</p><div class="load-charts">${charts(result, order)}</div>${saturation !== null && markup`<p>Saturation: ${saturation.why}.</p>`}${table(result)}${notes.length > 0 && markup`<ul class="warnings">${notes.map((note) => markup`<li>${note}</li>`)}</ul>`}`;
}

function charts({ stages }: LoadResult, order: number): Html | null {
  if (stages.length < FEWEST) return null;
  const isOpen = stages.some(({ stage }) => stage.rate !== null);
  const streams = stages.every(({ latencies }) => latencies.ttft !== null);
  const counts = stages.every(({ rates }) => rates.outputTokens !== null);
  const rise = stages.flatMap((each) => {
    const estimate = counts ? each.rates.outputTokens : each.rates.requests;
    return estimate === null ? [] : [pointOf(each.stage.rate ?? each.stage.concurrency, estimate, each, "/s")];
  });
  const wait = (name: "p50" | "p99"): LoadPoint[] =>
    stages.flatMap((each) => {
      const estimate = (streams ? each.latencies.ttft : each.latencies.e2e)?.percentiles[name] ?? null;
      return estimate === null ? [] : [pointOf(each.rates.requests.value, estimate, each, " ms")];
    });
  const waits: LoadCurve[] = [
    { name: "p50", look: "score", points: wait("p50") },
    { name: "p99", look: "evaluation", points: wait("p99") },
  ];
  const unit = counts ? "tokens" : "requests";
  return markup`<figure>${loadChart([{ name: `${unit} a second`, look: "score", points: rise }], { id: `load-rate-${order}`, title: `${unit} a second by load`, across: isOpen ? "requests a second sent" : "requests at a time", up: "" })}</figure><figure>${loadChart(
    waits.filter(({ points }) => points.length > 0),
    {
      id: `load-wait-${order}`,
      title: streams ? "Time to the first token by rate" : "Time to the answer's end by rate",
      across: "requests a second answered",
      up: streams ? "time to first token, ms" : "end to end, ms",
    },
  )}</figure>`;
}

function pointOf(x: number, { value, lo, hi }: Estimate, { stage }: StageResult, unit: string): LoadPoint {
  const [low, high] = [lo, hi].map((bound) => (Number.isFinite(bound) ? bound : value)) as [number, number];
  return {
    x,
    y: value,
    lo: low,
    hi: high,
    text: `${stageName(stage)}: ${formatFigure(value)}${unit} [${formatFigure(low)}, ${formatFigure(high)}]`,
  };
}

function table({ stages, saturation }: LoadResult): Html {
  const columns: readonly { readonly head: string; readonly cell: (stage: StageResult) => string }[] = [
    { head: "requests/s", cell: ({ rates }) => rate(rates.requests) },
    { head: "tokens/s out", cell: ({ rates }) => rate(rates.outputTokens) },
    { head: "tokens/s in", cell: ({ rates }) => rate(rates.promptTokens) },
    { head: "TTFT p50", cell: ({ latencies }) => percentile(latencies.ttft, "p50") },
    { head: "p99", cell: ({ latencies }) => percentile(latencies.ttft, "p99") },
    { head: "between tokens p50", cell: ({ latencies }) => percentile(latencies.itl, "p50") },
    { head: "p99", cell: ({ latencies }) => percentile(latencies.itl, "p99") },
    { head: "TPOT p50", cell: ({ latencies }) => percentile(latencies.tpot, "p50") },
    { head: "end to end p50", cell: ({ latencies }) => percentile(latencies.e2e, "p50") },
    { head: "p99", cell: ({ latencies }) => percentile(latencies.e2e, "p99") },
    { head: "as scheduled p99", cell: ({ latencies }) => percentile(latencies.e2eFromIntended, "p99") },
    { head: "goodput/s", cell: ({ rates }) => rate(rates.goodput) },
    {
      head: "J/token",
      cell: ({ gpu }) => (gpu?.joulesPerOutputToken == null ? MISSING : formatFigure(gpu.joulesPerOutputToken)),
    },
    {
      head: "failed",
      cell: ({ requests, errors }) =>
        `${requests.failed}${errors.length === 0 ? "" : ` (${errors.map(({ kind }) => kind).join(", ")})`}`,
    },
  ];
  // What was not measured at any load takes no room.
  const shown = columns.filter(({ cell }) => stages.some((stage) => cell(stage) !== MISSING));
  return scrollTable({
    label: "Loads and what they gave",
    look: "plain",
    head: markup`<tr><th scope="col">load</th>${shown.map(({ head }) => markup`<th scope="col">${head}</th>`)}</tr>`,
    body: stages.map(
      (stage, index) =>
        markup`<tr><th scope="row">${stageName(stage.stage)}${index === saturation?.stage && markup`<small>saturation</small>`}</th>${shown.map(({ cell }) => markup`<td class="num">${cell(stage)}</td>`)}</tr>`,
    ),
  });
}

function rate(estimate: Estimate | null): string {
  if (estimate === null) return MISSING;
  const half = (estimate.hi - estimate.lo) / 2;
  return Number.isFinite(half)
    ? `${formatFigure(estimate.value)} ±${formatFigure(half)}`
    : formatFigure(estimate.value);
}

function percentile(distribution: Distribution | null, name: "p50" | "p99"): string {
  const estimate = distribution?.percentiles[name] ?? null;
  return estimate === null ? MISSING : formatMs(estimate.value);
}
