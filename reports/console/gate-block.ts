import type { Comparison } from "../../src/compare/comparison.ts";
import { escapeText } from "../escape-text.ts";
import { gateMark, gateTally, gateWord } from "../gate-view.ts";
import { paintLines, span, type Line } from "./span.ts";
import { wrapText } from "./text-width.ts";

/** Prose wider than this is hard to read. */
const PROSE_WIDTH = 96;

/** Every gate with what decided it. */
export function gateBlock(comparison: Comparison, width: number): Line[] {
  const { gates } = comparison;
  if (gates.length === 0) return [];
  const against = [...new Set(gates.map((result) => result.against).filter((text) => text !== null))];
  return [
    [span(gateTally(comparison), "bold")],
    ...against.flatMap((text) =>
      wrapText(`against ${escapeText(text)}`, width - 2).map((line) => [span(`  ${line}`, "dim")]),
    ),
    ...gates.flatMap((result) => {
      const { sign, tone } = gateMark(result);
      const mark = `${sign} ${gateWord(result)}`;
      const [name = "", ...rest] = wrapText(escapeText(result.name), width - mark.length - 4);
      const reason = wrapText(escapeText(result.reason), Math.min(width - 6, PROSE_WIDTH));
      return [
        [span("  "), span(mark, tone), span(`  ${name}`)],
        ...rest.map((line): Line => [span(`      ${line}`)]),
        ...reason.map((line): Line => [span(`      ${line}`, "dim")]),
      ];
    }),
  ];
}

/** The gates alone, for a terminal. */
export function renderGates(
  comparison: Comparison,
  { columns, color }: { readonly columns: number; readonly color: boolean },
): string {
  return paintLines(gateBlock(comparison, columns), color);
}
