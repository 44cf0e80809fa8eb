import { escapeText } from "../../../reports/escape-text.ts";
import type { Look } from "../../../reports/console/span.ts";
import type { TuiLine } from "./line.ts";

const CODES: Readonly<Record<Look, string>> = {
  plain: "",
  bold: "1",
  dim: "2",
  good: "32",
  bad: "31",
  warn: "33",
  accent: "1;36",
};

/**
 * A line as text with colour codes from the 16 that users choose themselves, or without any. Every span is escaped once
 * more: nothing that reaches a terminal through here can act on it, whoever forgot to escape it before.
 */
export function paint(line: TuiLine, color: boolean): string {
  return line
    .map(({ text, look, inverse }) => {
      const safe = escapeText(text);
      // Spaces show no colour.
      const code = safe.trim() === "" ? "" : CODES[look];
      const codes = [code, inverse === true ? "7" : ""].filter((each) => each !== "").join(";");
      return color && codes !== "" ? `\u001b[${codes}m${safe}\u001b[0m` : safe;
    })
    .join("");
}

/** The same without colour codes. */
export function plain(line: TuiLine): string {
  return paint(line, false);
}
