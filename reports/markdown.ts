import type { Cell, Comparison, MetricRow } from "../src/compare/comparison.ts";
import { checkpointLabels } from "./checkpoint-label.ts";
import { escapeText } from "./escape-text.ts";
import { sampleCount, verdictLabel, warningLines, weakSlices } from "./findings.ts";
import { gateMark, gatesByWeight, gateWord } from "./gate-view.ts";
import { lossesAt } from "./losses.ts";
import { bestOf, cellOf, signedChange, testRows } from "./metric-view.ts";
import { formatBytes, formatLoss, formatScore, formatSeconds, marginText, MISSING } from "./number-format.ts";
import { peopleSummary } from "./people-lines.ts";
import { changeText, isDrop, perturbedMetrics } from "./robustness-view.ts";
import { textReport } from "./report-module.ts";

export const markdownReport = textReport({
  name: "markdown",
  summary: "The verdict and the tables in Markdown, for pull requests and wikis.",
  extension: "md",
  mark: /^<!-- evalh:/u,
  render: renderMarkdown,
});

function renderMarkdown(comparison: Comparison): string {
  return `${markdownBlocks(comparison).join("\n\n")}\n`;
}

/** The parts of the report, the first the mark that it is found by, then the most important first. */
export function markdownBlocks(comparison: Comparison): readonly string[] {
  return [
    `<!-- evalh:${commentText(comparison.suite.name)} -->`,
    verdictBlock(comparison),
    gateLines(comparison),
    scoreTable(comparison),
    legend(comparison),
    listBlock("Weakest slices", sliceLines(comparison)),
    listBlock("People", comparison.people.flatMap(peopleSummary).map(literal)),
    listBlock("Robustness", robustnessLines(comparison)),
    listBlock("Warnings", warningLines(comparison).map(literal)),
    listBlock("Evidence", (comparison.training?.diagnosis.evidence ?? []).map(literal)),
    footer(comparison),
  ].filter((block) => block !== "");
}

/** What each perturbation does to each task's first metric, for the base checkpoint. */
function robustnessLines(comparison: Comparison): string[] {
  const index = comparison.checkpoints.findIndex(({ id }) => id === comparison.base);
  return perturbedMetrics(comparison, { leading: true }).flatMap(({ row, forms }) =>
    forms.flatMap(({ perturbation, cells }) => {
      const cell = cells[index] ?? null;
      if (cell === null) return [];
      const drop = isDrop(cell, row) ? " ▼ significant" : "";
      return [literal(`${row.key} under ${perturbation}: ${changeText(cell, row)}${drop}`)];
    }),
  );
}

/**
 * Text that Markdown and the HTML in it show as it is: escapes all ASCII punctuation that can mean something
 * (CommonMark 0.31, section 2.4), cuts links and mentions.
 */
function literal(text: string): string {
  return escapeText(text)
    .replaceAll(/[\\`*_{}[\]<>()#+!|~$&]/gu, "\\$&")
    .replaceAll(/(?<=^|\W)@(?=\w)/gu, "@\u2060")
    .replaceAll(/(https?|ftp|www)(?=[:.])/giu, "$1\u2060");
}

/** Text inside an HTML comment, which ends at "-->". */
function commentText(text: string): string {
  return escapeText(text).replaceAll(/[^\p{L}\p{N} ._]+/gu, "-");
}

function verdictBlock({ summary, ...rest }: Comparison): string {
  const comparison = { summary, ...rest };
  const [headline = "", ...sentences] = summary.map(literal);
  const { word, tone } = verdictLabel(comparison);
  const title = `### ${tone === "good" ? "✅" : "⚠️"} ${word}: ${headline}`;
  return [title, ...sentences.map((sentence) => `- ${sentence}`)].join("\n").replace("\n", "\n\n");
}

function gateLines(comparison: Comparison): string {
  return gatesByWeight(comparison)
    .map((result) => {
      const { sign } = gateMark(result);
      return `- ${sign} **${gateWord(result)}** ${literal(result.name)}<br>${literal(result.reason)}`;
    })
    .join("\n");
}

function scoreTable(comparison: Comparison): string {
  const rows = testRows(comparison);
  const label = checkpointLabels(comparison.checkpoints);
  const best = new Map(rows.map((row) => [row.key, bestOf(comparison, row)]));
  const hasLosses = comparison.training !== null;
  const hasSizes = comparison.checkpoints.some(({ role }) => role === "variant");
  const head = [
    "checkpoint",
    ...(hasSizes ? ["size"] : []),
    ...(hasLosses ? ["train loss", "val loss"] : []),
    ...rows.map((row) => `${literal(row.key)}${row.higherIsBetter ? "" : " (lower is better)"}`),
  ];
  const body = comparison.checkpoints.map((checkpoint, index) => {
    const losses =
      checkpoint.role === "series" ? lossesAt(comparison.training, checkpoint.step) : { train: null, val: null };
    const name = literal(label(checkpoint.id));
    return [
      checkpoint.id === comparison.ship?.checkpoint ? `**${name}** ▶ ship` : name,
      ...(hasSizes ? [checkpoint.bytes === null ? MISSING : formatBytes(checkpoint.bytes)] : []),
      ...(hasLosses ? [lossText(losses.train), lossText(losses.val)] : []),
      ...rows.map((row) => scoreText(row, cellOf(comparison, row.key, index), best.get(row.key)?.has(index) === true)),
    ];
  });
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), `| --- |${" ---: |".repeat(head.length - 1)}`, ...body.map(line)].join("\n");
}

function lossText(loss: number | null): string {
  return loss === null ? MISSING : formatLoss(loss);
}

function scoreText(row: MetricRow, cell: Cell | null, isBest: boolean): string {
  if (cell?.estimate == null) return MISSING;
  const value = formatScore(cell.estimate.value, row.unit);
  const score = `${isBest ? `**${value}**` : value} ${marginText(cell.estimate, row.unit)}`.trimEnd();
  if (cell.difference === null) return score;
  const { value: change, significant } = cell.difference;
  return `${score} (${signedChange(change, row)}${significant ? "\\*" : ""})`;
}

function legend({ base, checkpoints, alpha }: Comparison): string {
  const label = literal(checkpointLabels(checkpoints)(base));
  return `**bold** best of the series · ± half the interval · ▲▼ change from ${label} (variants: from their parent) on the same samples · \\* significant (α ${alpha}, Holm)`;
}

function sliceLines(comparison: Comparison): readonly string[] {
  return weakSlices(comparison, 3).map(({ row, slice, estimate, overall }) => {
    const bounds = `[${formatScore(estimate.lo, row.unit)}, ${formatScore(estimate.hi, row.unit)}]`;
    const name = `${literal(row.key)}, ${literal(slice.field)}=${literal(slice.value)}`;
    return `${name}: ${formatScore(estimate.value, row.unit)} ${bounds} (n=${slice.n}) against ${formatScore(overall.value, row.unit)} overall`;
  });
}

function listBlock(title: string, items: readonly string[]): string {
  if (items.length === 0) return "";
  const body = items.map((item) => `- ${item}`).join("\n");
  return `<details><summary>${title} (${items.length})</summary>\n\n${body}\n\n</details>`;
}

function footer(comparison: Comparison): string {
  const { suite, run } = comparison;
  return `<sub>evalh ${literal(run.evalh)} · ${literal(suite.name)} v${suite.version} · run ${literal(run.id)} · ${sampleCount(comparison)} · ${formatSeconds(run.seconds)}</sub>`;
}
