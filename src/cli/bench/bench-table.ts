import { lineWidth, padLine, span, type Line, type Look, type Span } from "../../../reports/console/span.ts";
import { formatMs, formatFigure } from "../../../reports/number-format.ts";
import type { Estimate } from "../../core/estimate.ts";
import { stageName } from "../../load/load-plan.ts";
import type { Distribution, LoadResult, Percentile, StageResult } from "../../load/load-result.ts";

interface Column {
  readonly head: string;
  readonly cell: (stage: StageResult) => Line;
}

const GAP = 2;

/** One line a stage: rates with their intervals, the middle and the tail of each duration. */
export function stageTable(result: LoadResult): Line[] {
  const { stages } = result;
  const columns = columnsOf(result);
  const rows = stages.map((stage, index) =>
    columns.map((column) => marked(column, stage, index === result.saturation?.stage)),
  );
  const widths = columns.map(({ head }, index) =>
    Math.max(head.length, ...rows.map((row) => lineWidth(row[index] ?? []))),
  );
  const lineOf = (cells: readonly Line[]): Line =>
    cells.flatMap((cell, index) => [
      span(" ".repeat(GAP)),
      ...padLine(cell, widths[index] ?? 0, index === 0 ? "left" : "right"),
    ]);
  return [lineOf(columns.map(({ head }) => [span(head, "dim")])), ...rows.map(lineOf)];
}

function marked(column: Column, stage: StageResult, isSaturation: boolean): Line {
  const cell = column.cell(stage);
  return isSaturation ? cell.map(({ text, look }) => span(text, look === "plain" ? "bold" : look)) : cell;
}

function columnsOf({ stages }: LoadResult): Column[] {
  const isOpen = stages.some(({ stage }) => stage.rate !== null);
  const has = (pick: keyof StageResult["latencies"]): boolean =>
    stages.some(({ latencies }) => latencies[pick] !== null);
  const columns: Column[] = [
    { head: isOpen ? "arrivals" : "at a time", cell: ({ stage }) => [span(stageName(stage))] },
    { head: "requests/s", cell: ({ rates }) => rate(rates.requests) },
  ];
  if (stages.some(({ rates }) => rates.outputTokens !== null)) {
    columns.push({ head: "tokens/s out", cell: ({ rates }) => rate(rates.outputTokens) });
  }
  if (stages.some(({ rates }) => rates.promptTokens !== null)) {
    columns.push({ head: "in", cell: ({ rates }) => [span(number(rates.promptTokens?.value))] });
  }
  const add = (head: string, pick: keyof StageResult["latencies"]): void => {
    if (has(pick))
      columns.push({ head: `${head} p50`, cell: duration(pick, "p50") }, { head: "p99", cell: duration(pick, "p99") });
  };
  add("TTFT", "ttft");
  add("ITL", "itl");
  add("e2e", "e2e");
  add("e2e as scheduled", "e2eFromIntended");
  if (stages.some(({ rates }) => rates.goodput !== null)) {
    columns.push({ head: "goodput/s", cell: ({ rates }) => rate(rates.goodput) });
  }
  if (stages.some(({ gpu }) => gpu?.joulesPerOutputToken != null)) {
    columns.push({ head: "J/token", cell: ({ gpu }) => [span(number(gpu?.joulesPerOutputToken ?? undefined))] });
  }
  if (stages.some(({ requests }) => requests.failed > 0)) {
    columns.push({ head: "failed", cell: ({ requests }) => [failures(requests.failed)] });
  }
  return columns;
}

function failures(count: number): Span {
  return span(String(count), count > 0 ? "bad" : "dim");
}

function rate(estimate: Estimate | null): Line {
  if (estimate === null) return [span("–", "dim")];
  const half = (estimate.hi - estimate.lo) / 2;
  return [span(formatFigure(estimate.value)), span(Number.isFinite(half) ? ` ±${formatFigure(half)}` : "", "dim")];
}

function number(value: number | undefined): string {
  return value === undefined ? "–" : formatFigure(value);
}

function duration(pick: keyof StageResult["latencies"], name: Percentile): Column["cell"] {
  const look: Look = name === "p50" ? "plain" : "dim";
  return ({ latencies }) => [span(percentileText(latencies[pick], name), look)];
}

function percentileText(distribution: Distribution | null, name: Percentile): string {
  const estimate = distribution?.percentiles[name] ?? null;
  return estimate === null ? "–" : formatMs(estimate.value);
}
