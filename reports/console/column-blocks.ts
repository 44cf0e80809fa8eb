import { lineWidth, padLine, span, stackBlocks, type Line } from "./span.ts";

/** Some columns that stay together, such as a metric with its interval and its change. */
export interface ColumnGroup {
  /** Header lines, each group the same number. */
  readonly header: readonly Line[];
  readonly columns: readonly Column[];
}

interface Column {
  readonly align: "left" | "right";
  /** One entry a row. */
  readonly cells: readonly Line[];
}

export interface BlocksOptions {
  readonly width: number;
  /** Columns repeated at the left of every block, naming the rows. */
  readonly key: ColumnGroup;
  readonly groups: readonly ColumnGroup[];
}

const INDENT = "  ";
const GROUP_GAP = 3;

/** A table as lines: as many groups side by side as fit, the others in further blocks below. */
export function columnBlocks({ width, key, groups }: BlocksOptions): Line[] {
  const keyLines = groupLines(key);
  const keyWidth = INDENT.length + widthOf(keyLines);
  const blocks: (readonly Line[])[][] = [[]];
  let used = keyWidth;
  for (const group of groups) {
    const lines = groupLines(group);
    const needed = GROUP_GAP + widthOf(lines);
    if (used + needed > width && blocks.at(-1)?.length !== 0) {
      blocks.push([]);
      used = keyWidth;
    }
    blocks.at(-1)?.push(lines);
    used += needed;
  }
  return stackBlocks(blocks.map((block) => joinGroups([keyLines, ...block])));
}

/** Header and rows of a group, its columns padded to their widths. */
function groupLines({ header, columns }: ColumnGroup): Line[] {
  const widths = columns.map(({ cells }) => Math.max(0, ...cells.map(lineWidth)));
  const rows = columns[0]?.cells.length ?? 0;
  const body = Array.from({ length: rows }, (_, row) => {
    const line = columns.flatMap(({ align, cells }, index) => {
      const cell = padLine(cells[row] ?? [], widths[index] ?? 0, align === "left" ? "left" : "right");
      return (widths[index] ?? 0) === 0 ? [] : [...(index === 0 ? [] : [span(" ")]), ...cell];
    });
    return line;
  });
  return [...header, ...body];
}

function widthOf(lines: readonly Line[]): number {
  return Math.max(0, ...lines.map(lineWidth));
}

function joinGroups(groups: readonly (readonly Line[])[]): Line[] {
  const widths = groups.map(widthOf);
  const height = Math.max(0, ...groups.map((lines) => lines.length));
  return Array.from({ length: height }, (_, row) => [
    span(INDENT),
    ...groups.flatMap((lines, index) => [
      ...(index === 0 ? [] : [span(" ".repeat(GROUP_GAP))]),
      ...padLine(lines[row] ?? [], widths[index] ?? 0),
    ]),
  ]);
}
