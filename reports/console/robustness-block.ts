import type { Comparison } from "../../src/compare/comparison.ts";
import { checkpointLabels } from "../checkpoint-label.ts";
import { escapeText } from "../escape-text.ts";
import { formatCount, plural } from "../number-format.ts";
import { changeText, isDrop, perturbedMetrics, varianceText } from "../robustness-view.ts";
import { span, type Line, type Look } from "./span.ts";
import { textWidth, wrapParts, wrapText } from "./text-width.ts";

/** What perturbing the samples does to the scores of the base checkpoint. */
export function robustnessBlock(comparison: Comparison, width: number): Line[] {
  const metrics = perturbedMetrics(comparison, { leading: true });
  const index = comparison.checkpoints.findIndex(({ id }) => id === comparison.base);
  if (metrics.length === 0) return [];
  const title = `Robustness of ${checkpointLabels(comparison.checkpoints)(comparison.base)}`;
  const names = metrics.flatMap(({ forms }) => forms.map(({ perturbation }) => textWidth(perturbation)));
  const nameWidth = Math.max(...names);
  const meaning = "clean → perturbed, on the same samples; * significant (Holm)";
  const isOneLine = title.length + meaning.length + 3 <= width;
  return [
    [span(title, "bold"), span(isOneLine ? `   ${meaning}` : "", "dim")],
    ...metrics.flatMap(({ row, forms }) => [
      ...wrapText(escapeText(row.key), width - 2).map((line): Line => [span(`  ${line}`)]),
      ...forms.flatMap(({ perturbation, changed, of, cells }) => {
        const cell = cells[index] ?? null;
        const name = escapeText(perturbation).padEnd(nameWidth);
        if (cell === null) return wrapped([name, "not scored"], { width, look: "dim" });
        const star = cell.difference.significant ? " *" : "";
        const asked = changed === of ? [] : [`${formatCount(changed)} of ${formatCount(of)} changed`];
        const look = isDrop(cell, row) ? "bad" : "plain";
        return wrapped([name, `${changeText(cell, row)}${star}`, ...asked], { width, look });
      }),
      ...varianceLines(comparison, { key: row.key, index, width }),
    ]),
  ];
}

/** Parts on one line, or on several where they do not fit. */
function wrapped(parts: readonly string[], { width, look }: { readonly width: number; readonly look: Look }): Line[] {
  const lines = wrapParts(parts, { separator: "  ", width: width - 6 });
  return lines.map((line, index) => [span(`${index === 0 ? "    " : "      "}${line}`, look)]);
}

function varianceLines(
  { robustness }: Comparison,
  { key, index, width }: { readonly key: string; readonly index: number; readonly width: number },
): Line[] {
  const split = robustness?.variance.find((each) => each.key === key);
  const cell = split?.cells[index] ?? null;
  const text = cell === null ? null : varianceText(cell);
  if (split === undefined || cell === null || text === null) return [];
  const design = `${plural(split.prompts.length, "prompt")} × ${plural(cell.samples, "sample")}${cell.repeats > 1 ? ` × ${cell.repeats} repeats` : ""}`;
  return wrapText(`variance: ${text} (${design})`, width - 4).map((line) => [span(`    ${line}`, "dim")]);
}
