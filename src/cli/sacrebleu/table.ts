type Cells = readonly string[];

/** Room that headers have beside their text. */
const HEADER_ROOM = 2;

const lengthOf = (text: string): number => Array.from(text).length;

/** Spaces on both sides, the odd one on the right. */
function centred(text: string, width: number): string {
  const room = Math.max(0, width - lengthOf(text));
  const left = Math.floor(room / 2);
  return " ".repeat(left) + text + " ".repeat(room - left);
}

/** The first column stands on the right, the others in the middle. */
function placed(cells: Cells, widths: readonly number[]): string[] {
  return cells.map((text, column) => {
    const width = widths[column] ?? 0;
    return column === 0 ? " ".repeat(Math.max(0, width - lengthOf(text))) + text : centred(text, width);
  });
}

function widthsOf(titles: Cells, rows: readonly Cells[]): number[] {
  return titles.map((title, column) => {
    const texts = rows.flatMap((row) => (row[column] ?? "").split("\n"));
    return Math.max(lengthOf(title) + HEADER_ROOM, ...texts.map(lengthOf));
  });
}

/** A table in box-drawing characters, as the Python package tabulate draws its "fancy_grid". */
export function fancyGrid(titles: Cells, rows: readonly Cells[]): string {
  const widths = widthsOf(titles, rows);
  const rule = ([left, line, cross, right]: readonly [string, string, string, string]): string =>
    left + widths.map((width) => line.repeat(width + 2)).join(cross) + right;
  const line = (cells: Cells): string => `│ ${placed(cells, widths).join(" │ ")} │`;
  const block = (cells: Cells): string => {
    const texts = cells.map((text) => text.split("\n"));
    const height = Math.max(...texts.map((lines) => lines.length));
    return Array.from({ length: height }, (_, at) => line(texts.map((lines) => lines[at] ?? ""))).join("\n");
  };
  return [
    rule(["╒", "═", "╤", "╕"]),
    block(titles),
    rule(["╞", "═", "╪", "╡"]),
    rows.map(block).join(`\n${rule(["├", "─", "┼", "┤"])}\n`),
    rule(["╘", "═", "╧", "╛"]),
  ].join("\n");
}

/** A LaTeX table with the rules of booktabs. */
export function latexTable(titles: Cells, rows: readonly Cells[]): string {
  const widths = widthsOf(titles, rows);
  const line = (cells: Cells): string => ` ${placed(cells, widths).map(escaped).join(" & ")} \\\\`;
  return [
    `\\begin{tabular}{r${"c".repeat(titles.length - 1)}}`,
    "\\toprule",
    line(titles),
    "\\midrule",
    ...rows.map(line),
    "\\bottomrule",
    "\\end{tabular}",
  ].join("\n");
}

const LATEX: Readonly<Record<string, string>> = {
  "&": "\\&",
  "%": "\\%",
  $: "\\$",
  "#": "\\#",
  _: "\\_",
  "^": "\\^{}",
  "{": "\\{",
  "}": "\\}",
  "~": "\\textasciitilde{}",
  "\\": "\\textbackslash{}",
  "<": "\\ensuremath{<}",
  ">": "\\ensuremath{>}",
};

function escaped(text: string): string {
  return text.replace(/[&%$#_^{}~\\<>]/g, (character) => LATEX[character] ?? character);
}
