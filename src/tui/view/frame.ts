import { lineWidth, span } from "../../../reports/console/span.ts";
import { fitBlock, fitLine, type Size, type TuiLine } from "./line.ts";

export interface FrameOptions extends Size {
  readonly title: TuiLine;
  /** Stands at the right end of the title's line. */
  readonly note?: TuiLine;
  /** Whether keys act on this panel. */
  readonly focused?: boolean;
}

/** A box around lines, its title in the upper border, in exactly the given size. */
export function frame(
  lines: readonly TuiLine[],
  { title, note = [], focused = false, width, height }: FrameOptions,
): TuiLine[] {
  if (width < 4 || height < 2) return fitBlock([], { width, height });
  const look = focused ? "accent" : "dim";
  const inner = width - 4;
  const noteWidth = lineWidth(note);
  const head = fitTitle(title, inner - (noteWidth === 0 ? 0 : noteWidth + 3));
  const used = lineWidth(head) + (noteWidth === 0 ? 0 : noteWidth + 2);
  const rule = "─".repeat(Math.max(0, width - 4 - used));
  const tail: TuiLine = noteWidth === 0 ? [] : [span(" "), ...note, span(" ")];
  return [
    [span("╭ ", look), ...head, span(" "), span(rule, look), ...tail, span("╮", look)],
    ...fitBlock(lines, { width: inner, height: height - 2 }).map((line) => [
      span("│ ", look),
      ...line,
      span(" │", look),
    ]),
    [span(`╰${"─".repeat(width - 2)}╯`, look)],
  ];
}

function fitTitle(title: TuiLine, width: number): TuiLine {
  return lineWidth(title) <= width ? title : fitLine(title, width);
}

/** Columns and rows that a frame of a size leaves for its lines. */
export function insideFrame({ width, height }: Size): Size {
  return { width: Math.max(0, width - 4), height: Math.max(0, height - 2) };
}
