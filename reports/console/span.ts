import { textWidth } from "./text-width.ts";

/** How a piece of text looks where colour is allowed. Meaning is always in the text as well. */
export type Look = "plain" | "bold" | "dim" | "good" | "bad" | "warn" | "accent";

/** A piece of escaped text with one look. */
export interface Span {
  readonly text: string;
  readonly look: Look;
}

export type Line = readonly Span[];

/** SGR codes from the 16 colours that terminals let their users choose, so that both light and dark themes work. */
const CODES: Readonly<Record<Look, string>> = {
  plain: "",
  bold: "1",
  dim: "2",
  good: "32",
  bad: "31",
  warn: "33",
  accent: "1;36",
};

export function span(text: string, look: Look = "plain"): Span {
  return { text, look };
}

export function lineWidth(line: Line): number {
  return line.reduce((sum, { text }) => sum + textWidth(text), 0);
}

/** The line filled with spaces to a width. */
export function padLine(line: Line, width: number, side: "left" | "right" = "left"): Line {
  const missing = width - lineWidth(line);
  if (missing <= 0) return line;
  const space = span(" ".repeat(missing));
  return side === "left" ? [...line, space] : [space, ...line];
}

/** Blocks of lines with an empty line between them. */
export function stackBlocks(blocks: readonly (readonly Line[])[]): Line[] {
  const lines: Line[] = [];
  for (const block of blocks) {
    if (lines.length > 0) lines.push([]);
    lines.push(...block);
  }
  return lines;
}

/** Lines as text, with or without colour, without spaces at their ends. */
export function paintLines(lines: readonly Line[], color: boolean): string {
  return lines.map((line) => `${paintLine(trimEnd(line), color)}\n`).join("");
}

function paintLine(line: Line, color: boolean): string {
  return line
    .map(({ text, look }) => {
      const code = CODES[look];
      return color && code !== "" && text.trim() !== "" ? `\u001b[${code}m${text}\u001b[0m` : text;
    })
    .join("");
}

function trimEnd(line: Line): Line {
  const last = line.findLastIndex(({ text }) => text.trim() !== "");
  return line.slice(0, last + 1).map((item, index) => (index === last ? span(item.text.trimEnd(), item.look) : item));
}
