import { textWidth, wrapText } from "../../../reports/console/text-width.ts";
import { escapeText } from "../../../reports/escape-text.ts";
import type { HumanForm, HumanItem } from "../../human/sheet.ts";
import { answerNames, verdictsOf } from "../../human/verdict.ts";

/** What the screen shows beside the item. */
export interface RateState {
  readonly form: HumanForm;
  /** Position of the item from 0, and how many there are. */
  readonly at: number;
  readonly items: number;
  readonly done: number;
  /** What was said of the item before. */
  readonly given: string | null;
  readonly note: string;
  readonly columns: number;
  readonly color: boolean;
}

const NARROWEST = 40;
/** Two answers stand side by side where each has so many columns. */
const LEAST_SIDE = 38;
const WIDEST = 120;
const BAR = 20;
const ESCAPE = "\u001b[";

type Paint = (text: string, code: string) => string;

/** An item as lines. Its texts are escaped: an answer must not be able to steer the terminal. */
export function itemScreen(item: HumanItem, state: RateState): string {
  const width = Math.min(Math.max(state.columns, NARROWEST), WIDEST);
  const paint: Paint = (text, code) => (state.color ? `${ESCAPE}${code}m${text}${ESCAPE}0m` : text);
  const lines = [headLine(state, width, paint), ""];
  lines.push(...section("Question", item.prompt, { width, paint }));
  if (item.reference !== null) lines.push(...section("A right answer", item.reference, { width, paint }));
  lines.push(...answerLines(item, { state, width, paint }));
  if (state.note !== "") lines.push(...section("Your note", state.note, { width, paint }));
  return `${lines.join("\n")}\n${keyLines(item, { state, width, paint })}\n`;
}

function headLine({ done, items, at, given, form }: RateState, width: number, paint: Paint): string {
  const filled = Math.round((BAR * done) / items);
  const bar = "━".repeat(filled) + paint("─".repeat(BAR - filled), "2");
  const where = `item ${at + 1} of ${items}, ${done} done`;
  const label = verdictsOf(form, 6).find(({ value }) => value === given)?.label;
  const said = label === undefined ? "" : paint(`   you said: ${label}`, "33");
  return `${width >= BAR + where.length + 2 ? `${bar}  ` : ""}${paint(where, "1")}${said}`;
}

interface Look {
  readonly width: number;
  readonly paint: Paint;
}

function section(title: string, text: string, { width, paint }: Look): string[] {
  return [paint(title, "1;36"), ...wrapped(text, width - 2).map((line) => `  ${line}`), ""];
}

/** Escaped text in lines of at most so many columns; an empty one says so. */
function wrapped(text: string, width: number): string[] {
  if (text.trim() === "") return ["(empty)"];
  return escapeText(text, { multiline: true })
    .replaceAll("\t", "    ")
    .split("\n")
    .flatMap((line) => (line === "" ? [""] : wrapText(line, width)))
    .flatMap((line) => cut(line, width));
}

/** A word that is longer than the line, in pieces. */
function cut(line: string, width: number): string[] {
  if (textWidth(line) <= width) return [line];
  const pieces = [""];
  for (const character of line) {
    const last = pieces.at(-1) ?? "";
    if (textWidth(last + character) > width) pieces.push(character);
    else pieces[pieces.length - 1] = last + character;
  }
  return pieces;
}

function answerLines(item: HumanItem, { state, width, paint }: Look & { readonly state: RateState }): string[] {
  const names = answerNames(item.answers.length);
  const title = (index: number): string => (names.length === 1 ? "Answer" : `Answer ${names[index] ?? ""}`);
  const side = Math.floor((width - 3) / 2);
  if (state.form !== "pairwise" || side < LEAST_SIDE)
    return item.answers.flatMap((answer, index) => section(title(index), answer, { width, paint }));
  const [left = [], right = []] = item.answers.map((answer) => wrapped(answer, side));
  const rows = Array.from({ length: Math.max(left.length, right.length) }, (_, row) => {
    const cell = left[row] ?? "";
    return `${cell}${" ".repeat(side - textWidth(cell))} ${paint("│", "2")} ${right[row] ?? ""}`;
  });
  return [`${paint(title(0).padEnd(side), "1;36")} ${paint("│", "2")} ${paint(title(1), "1;36")}`, ...rows, ""];
}

function keyLines(item: HumanItem, { state, width, paint }: Look & { readonly state: RateState }): string {
  const verdicts = verdictsOf(state.form, item.answers.length).map(({ key, label }) => [key, label] as const);
  const others = [
    ["u", "undo"],
    ["s", "skip"],
    ["n", "note"],
    ["?", "guidelines"],
    ["q", "quit"],
  ] as const;
  return [verdicts, others]
    .flatMap((keys) => {
      const parts = keys.map(([key, label]) => ({
        plain: `${key} ${label}`,
        painted: `${paint(key, "1;33")} ${label}`,
      }));
      const lines: string[] = [];
      let line = "";
      let used = 0;
      for (const { plain, painted } of parts) {
        if (used > 0 && used + 3 + plain.length > width) {
          lines.push(line);
          [line, used] = ["", 0];
        }
        line += `${used === 0 ? "" : "   "}${painted}`;
        used += plain.length + (used === 0 ? 0 : 3);
      }
      return [...lines, line];
    })
    .join("\n");
}
