import { span, stackBlocks, type Line, type Span } from "../../../reports/console/span.ts";
import { textWidth } from "../../../reports/console/text-width.ts";
import { escapeText } from "../../../reports/escape-text.ts";
import { plural } from "../../../reports/number-format.ts";
import type { PromptToken } from "../../backend/prompt-codec.ts";
import type { InspectedPrompt, Inspection } from "../../run/prompts/inspect-prompts.ts";
import { textBlock } from "../../tui/view/line.ts";

const INDENT = "  ";

/** Prompts as people look at them: the text, then its tokens with their numbers, then what seems wrong. */
export function promptText({ checkpoint, prompts, whyNoTokens, window, warnings }: Inspection, width: number): Line[] {
  const head: Line[] = [
    [
      span(escapeText(checkpoint), "bold"),
      span(window === null ? "" : `  context window ${plural(window, "token")}`, "dim"),
    ],
    ...(whyNoTokens === null ? [] : [[span("no tokens: ", "warn"), span(escapeText(whyNoTokens))]]),
    ...warnings.map(({ message }) => warningLine(message)),
  ];
  return stackBlocks([head, ...prompts.map((each) => promptBlock(each, width))]);
}

function promptBlock({ task, id, rendered, tokens, warnings, prompt }: InspectedPrompt, width: number): Line[] {
  const count = tokens === null ? "" : `  ${plural(tokens.length, "token")}`;
  return [
    [span(`${escapeText(task)} ${escapeText(id)}`, "bold"), span(count, "dim")],
    ...indented(textBlock(rendered ?? prompt, width - INDENT.length)),
    ...(rendered === null ? [[span(`${INDENT}(before the server's chat template)`, "dim")]] : []),
    ...(tokens === null ? [] : tokenLines(tokens, width)),
    ...warnings.map(({ message }) => warningLine(message)),
  ];
}

function indented(lines: readonly Line[]): Line[] {
  return lines.map((line) => [span(INDENT), ...line]);
}

function warningLine(message: string): Line {
  return [span("warning: ", "warn"), span(escapeText(message))];
}

/** "1·«<s>» 464·The 3124·␣colour": spaces and line breaks as signs, special tokens between marks. */
function tokenLines(tokens: readonly PromptToken[], width: number): Line[] {
  const lines: Span[][] = [[span(INDENT)]];
  let used = INDENT.length;
  for (const { id, piece, isSpecial } of tokens) {
    const shown = escapeText(piece.replaceAll(" ", "␣").replaceAll("\n", "⏎").replaceAll("\t", "⇥"));
    const text = isSpecial ? `«${shown}»` : shown;
    const size = String(id).length + 1 + textWidth(text) + 1;
    if (used + size > width && used > INDENT.length) {
      lines.push([span(INDENT)]);
      used = INDENT.length;
    }
    lines.at(-1)?.push(span(`${id}·`, "dim"), span(text, isSpecial ? "accent" : "plain"), span(" "));
    used += size;
  }
  return lines;
}
