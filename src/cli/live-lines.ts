import { fitLine, type TuiLine } from "../tui/view/line.ts";
import { paint } from "../tui/view/paint.ts";
import { columnsOf, useColor, type CliIo } from "./io.ts";

/** Lines at the bottom of a terminal that are redrawn in place, under lines that stay. */
export interface LiveLines {
  /** Text that stays, above the lines that are redrawn. */
  print(text: string): void;
  printLine(line: TuiLine): void;
  /** Other lines in the place of those before. */
  redraw(lines: readonly TuiLine[]): void;
  clear(): void;
}

export function liveLines(io: CliIo): LiveLines {
  const { stderr } = io;
  let drawn: readonly TuiLine[] = [];
  const painted = (line: TuiLine): string => {
    const width = Math.max(20, columnsOf(io, stderr) - 1);
    return paint(fitLine(line, width), useColor(io, stderr)).trimEnd();
  };
  const erase = (): string =>
    drawn.length === 0 ? "" : `\r${drawn.length > 1 ? `\u001b[${drawn.length - 1}A` : ""}\u001b[J`;
  const write = (stays: string, lines: readonly TuiLine[]): void => {
    const text = `${erase()}${stays}${lines.map(painted).join("\n")}`;
    drawn = lines;
    if (text !== "") stderr.write(text);
  };
  return {
    print: (text) => write(text, drawn),
    printLine: (line) => write(`${painted(line)}\n`, drawn),
    redraw: (lines) => write("", lines),
    clear: () => write("", []),
  };
}
