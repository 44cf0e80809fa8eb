import { span, type Look } from "../../../reports/console/span.ts";
import type { Size, TuiLine } from "./line.ts";

/** Bits of the 2 × 4 dots in a braille character, by row and column (Unicode 16.0, section 21.1). */
const DOTS = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const;
const BRAILLE = 0x2800;

/** A drawing of dots, two columns and four rows of them in a character. */
export interface Canvas {
  /** Dots across and down. */
  readonly dots: Size;
  /** Sets a dot; the last look in a character wins. Outside nothing happens. */
  dot(x: number, y: number, look: Look): void;
  /** A line between two dots. With a gap only every so many dots are set. */
  line(from: Dot, to: Dot, style: { readonly look: Look; readonly gap?: number }): void;
  /** A character instead of dots, by the dot that it stands on. */
  mark(at: Dot, text: string, look: Look): void;
  lines(): TuiLine[];
}

export interface Dot {
  readonly x: number;
  readonly y: number;
}

interface CanvasCell {
  bits: number;
  look: Look;
  mark: string;
}

export function canvas({ width, height }: Size): Canvas {
  const cells = Array.from({ length: height }, () =>
    Array.from({ length: width }, (): CanvasCell => ({ bits: 0, look: "plain", mark: "" })),
  );
  const cellAt = ({ x, y }: Dot): CanvasCell | undefined => cells[y >> 2]?.[x >> 1];
  const dot: Canvas["dot"] = (x, y, look) => {
    const cell = cellAt({ x, y });
    if (cell === undefined || x < 0 || y < 0) return;
    cell.bits |= DOTS[y & 3]?.[x & 1] ?? 0;
    cell.look = look;
  };
  return {
    dots: { width: width * 2, height: height * 4 },
    dot,
    line(from, to, { look, gap = 1 }) {
      const steps = Math.max(1, Math.abs(to.x - from.x), Math.abs(to.y - from.y));
      for (let step = 0; step <= steps; step++) {
        const x = Math.round(from.x + ((to.x - from.x) * step) / steps);
        const y = Math.round(from.y + ((to.y - from.y) * step) / steps);
        if (gap === 1 || x % gap === 0) dot(x, y, look);
      }
    },
    mark(at, text, look) {
      const cell = cellAt(at);
      if (cell !== undefined) Object.assign(cell, { mark: text, look });
    },
    lines: () =>
      cells.map((row) =>
        row.map(({ bits, look, mark }) => {
          if (mark !== "") return span(mark, look);
          return bits === 0 ? span(" ") : span(String.fromCodePoint(BRAILLE + bits), look);
        }),
      ),
  };
}

/** Neighbours of one look as one span: fewer colour codes for the terminal to read. */
export function joinSpans(line: TuiLine): TuiLine {
  const joined: { text: string; look: Look; inverse?: boolean }[] = [];
  for (const { text, look, inverse } of line) {
    const last = joined.at(-1);
    if (last !== undefined && last.inverse === inverse && (last.look === look || text.trim() === "")) last.text += text;
    else joined.push({ text, look, ...(inverse === undefined ? {} : { inverse }) });
  }
  return joined;
}
