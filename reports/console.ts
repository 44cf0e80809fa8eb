import type { Comparison } from "../src/compare/comparison.ts";
import { checkpointLabels } from "./checkpoint-label.ts";
import { gateBlock } from "./console/gate-block.ts";
import { robustnessBlock } from "./console/robustness-block.ts";
import { scoreTable } from "./console/score-table.ts";
import { paintLines, span, type Line } from "./console/span.ts";
import { wrapParts, wrapText } from "./console/text-width.ts";
import { variantTables } from "./console/variant-table.ts";
import { escapeText } from "./escape-text.ts";
import { FEW_SAMPLES, sampleCount, verdictLabel, warningLines, weakSlices, type SliceHighlight } from "./findings.ts";
import { learningLines } from "./learning-lines.ts";
import { seriesOf } from "./metric-view.ts";
import { formatCount, formatScore, formatSeconds, plural } from "./number-format.ts";
import { peopleSummary } from "./people-lines.ts";
import { textReport, type ReportOptions } from "./report-module.ts";

const NARROWEST = 60;
const WIDEST = 250;
/** Prose wider than this is hard to read. */
const PROSE_WIDTH = 96;
const MOST_WARNINGS = 8;
const MOST_EVIDENCE = 6;
const MOST_LEARNING = 8;
const MOST_PEOPLE = 8;
const SLICES_A_METRIC = 3;

export const consoleReport = textReport({
  name: "console",
  summary: "The verdict and the tables as text for a terminal.",
  extension: "txt",
  mark: /^evalh · /u,
  render: renderConsole,
});

function renderConsole(comparison: Comparison, { columns = 100, color = false }: ReportOptions): string {
  const width = Math.min(Math.max(columns, NARROWEST), WIDEST);
  const blocks = [
    contextLines(comparison, width),
    verdictBlock(comparison, width),
    gateBlock(comparison, width),
    scoreTable(comparison, width),
    variantTables(comparison, width),
    sliceBlock(comparison, width),
    listBlock("People", { marker: "·", items: comparison.people.flatMap(peopleSummary), most: MOST_PEOPLE, width }),
    robustnessBlock(comparison, width),
    listBlock("Warnings", { marker: "!", items: warningLines(comparison), most: MOST_WARNINGS, width }),
    listBlock("Learning", { marker: "·", items: learningLines(comparison), most: MOST_LEARNING, width }),
    listBlock("Evidence", {
      marker: "·",
      items: (comparison.training?.diagnosis.evidence ?? []).map((line) => escapeText(line)),
      most: MOST_EVIDENCE,
      width,
    }),
  ];
  return blocks
    .filter((block) => block.length > 0)
    .map((block) => paintLines(block, color))
    .join("\n");
}

function contextLines(comparison: Comparison, width: number): Line[] {
  const { suite, run, checkpoints } = comparison;
  const series = seriesOf(comparison).length;
  const variants = checkpoints.length - series;
  const parts = [
    `${escapeText(suite.name)} v${suite.version}`,
    `run ${escapeText(run.id)}`,
    `${plural(series, "checkpoint")}${variants === 0 ? "" : `, ${plural(variants, "variant")}`}`,
    sampleCount(comparison),
    formatSeconds(run.seconds),
  ];
  return wrapParts(["evalh", ...parts], { separator: " · ", width }).map((line) => [span(line, "dim")]);
}

/** The verdict as a word, the checkpoint to ship, then the comparison's own sentences. */
function verdictBlock(comparison: Comparison, width: number): Line[] {
  const { ship, summary, checkpoints } = comparison;
  const label = checkpointLabels(checkpoints);
  const { word, tone } = verdictLabel(comparison);
  const mark = tone === "good" ? "✓" : comparison.verdict.kind === "inconclusive" ? "?" : "!";
  const [headline = "", ...rest] = summary.map((sentence) => escapeText(sentence));
  const prose = Math.min(width - 2, PROSE_WIDTH);
  return [
    [
      span(`${mark} ${word.toUpperCase()}`, tone),
      ...(ship === null ? [] : [span("   "), span("▶ ship ", "accent"), span(label(ship.checkpoint), "accent")]),
    ],
    [],
    ...wrapText(headline, prose).map((line) => [span("  "), span(line, "bold")]),
    ...rest.flatMap((sentence) => wrapText(sentence, prose).map((line) => [span(`  ${line}`)])),
  ];
}

function sliceBlock(comparison: Comparison, width: number): Line[] {
  const label = checkpointLabels(comparison.checkpoints);
  const highlights = weakSlices(comparison, SLICES_A_METRIC);
  if (highlights.length === 0) return [];
  const groups = Map.groupBy(highlights, ({ row }) => row.key);
  const title = `Weakest slices of ${label(comparison.base)}`;
  const meaning = "worse than the whole task by more than their interval";
  const isOneLine = title.length + meaning.length + 3 <= width;
  return [
    [span(title, "bold"), span(isOneLine ? `   ${meaning}` : "", "dim")],
    ...[...groups.values()].flatMap((group) => sliceLines(group, width)),
  ];
}

function sliceLines(group: readonly SliceHighlight[], width: number): Line[] {
  const [first] = group;
  if (first === undefined) return [];
  const { row, overall } = first;
  const head = `${escapeText(row.key)} ${formatScore(overall.value, row.unit)} overall:`;
  const slices = group.map(({ slice, estimate }) => {
    const few = slice.n < FEW_SAMPLES ? ", few" : "";
    const bounds = `[${formatScore(estimate.lo, row.unit)}, ${formatScore(estimate.hi, row.unit)}]`;
    const name = `${escapeText(slice.field)}=${escapeText(slice.value)}`;
    return `${name} ${formatScore(estimate.value, row.unit)} ${bounds} (n=${formatCount(slice.n)}${few})`;
  });
  return wrapParts([head, ...slices], { separator: "   ", width: width - 4 }).map((line, index) => [
    span(`${index === 0 ? "  " : "    "}${line}`),
  ]);
}

interface ListOptions {
  readonly marker: string;
  readonly items: readonly string[];
  readonly most: number;
  readonly width: number;
}

function listBlock(title: string, { marker, items, most, width }: ListOptions): Line[] {
  if (items.length === 0) return [];
  const shown = items
    .slice(0, most)
    .flatMap((item) =>
      wrapText(item, Math.min(width - 4, PROSE_WIDTH)).map((line, index): Line => [
        span(index === 0 ? `  ${marker} ` : "    ", marker === "!" ? "warn" : "dim"),
        span(line),
      ]),
    );
  const more = items.length > most ? [[span(`    ${items.length - most} more in the HTML report`, "dim")]] : [];
  return [[span(title, "bold")], ...shown, ...more];
}
