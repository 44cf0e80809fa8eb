import { span, type Line, type Span } from "../../../reports/console/span.ts";
import { checkpointLabels } from "../../../reports/checkpoint-label.ts";
import { escapeText } from "../../../reports/escape-text.ts";
import { formatCount, formatScore, plural } from "../../../reports/number-format.ts";
import { wordDiff } from "../../../reports/word-diff.ts";
import type { SampleOutput, SampleView } from "../../compare/comparison.ts";
import type { Browser } from "../model/scene.ts";
import type { DiffMode, SamplesState } from "../model/ui-state.ts";
import { textBlock, wrapSpans, type TuiLine } from "../view/line.ts";
import { scoreGlyph } from "./sample-rows.ts";

/** Beside the list only so much of a long prompt shows: its end, where the question is. */
const PROMPT_ROWS = 8;

/** Prompt, references, and the answers of the two checkpoints compared, or of all of them in the zoom. */
export function detailLines(browser: Browser, state: SamplesState, width: number): TuiLine[] {
  const { sample, samples, chosen } = browser;
  if (samples === null) return [[span("reading the samples …", "dim")]];
  if (chosen === null) return [[span("no sample passes the filter", "dim")]];
  if (sample === null) return [[span("reading …", "dim")]];
  const indent = (lines: readonly TuiLine[]): TuiLine[] => lines.map((line) => [span("  "), ...line]);
  const inner = Math.max(10, width - 2);
  const prompt = textBlock(sample.prompt, inner);
  const cut = state.zoom ? 0 : Math.max(0, prompt.length - PROMPT_ROWS);
  return [
    sliceLine(sample),
    [span("Prompt", "bold"), span(cut === 0 ? "" : `  ${plural(cut, "line")} above, Enter shows all`, "dim")],
    ...indent(prompt.slice(cut)),
    ...sample.references.flatMap((reference, index) => [
      [span(sample.references.length === 1 ? "Reference" : `Reference ${index + 1}`, "bold")],
      ...indent(textBlock(reference, inner)),
    ]),
    ...shownCheckpoints(browser, state.zoom).flatMap((checkpoint) => [
      answerHead(browser, checkpoint),
      ...indent(answerLines(browser, { sample, checkpoint, diff: state.diff }, inner)),
    ]),
  ];
}

function sliceLine({ slices }: SampleView): TuiLine {
  const parts = Object.entries(slices).map(([field, value]) => `${escapeText(field)}=${escapeText(value)}`);
  return [span(parts.join("  "), "dim")];
}

function shownCheckpoints({ comparison, base, head }: Browser, zoom: boolean): readonly number[] {
  if (zoom) return comparison.checkpoints.map((_, index) => index);
  return base === head ? [base] : [base, head];
}

/** "✓ checkpoint-752 (base)  100.0  18 tok  0.4 s  cut at the token limit" */
function answerHead(browser: Browser, checkpoint: number): TuiLine {
  const { comparison, row, base, head, sample, samples, chosen } = browser;
  const output = sample?.outputs[checkpoint] ?? null;
  const name = checkpointLabels(comparison.checkpoints)(comparison.checkpoints[checkpoint]?.id ?? "");
  const score = chosen === null ? undefined : samples?.score(row.key, checkpoint, chosen);
  return [
    chosen === null ? span(" ") : scoreGlyph(browser, checkpoint, chosen),
    span(` ${name}`, checkpoint === head ? "accent" : "bold"),
    span(checkpoint === base ? " (base)" : "", "dim"),
    ...(score === undefined || Number.isNaN(score) ? [] : [span(`  ${formatScore(score, row.unit)}`)]),
    ...(output === null ? [] : outputFacts(output)),
  ];
}

function outputFacts({ tokens, ms, finish, notes = [] }: SampleOutput): Line {
  const facts = [
    ...notes.map((note) => escapeText(note)),
    ...(tokens === null ? [] : [`${formatCount(tokens)} tok`]),
    ...(ms === null ? [] : [ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`]),
  ];
  return [
    span(facts.map((fact) => `  ${fact}`).join(""), "dim"),
    ...(finish === "length" ? [span("  cut at the token limit", "warn")] : []),
  ];
}

interface ShownAnswer {
  readonly sample: SampleView;
  readonly checkpoint: number;
  readonly diff: DiffMode;
}

function answerLines({ base }: Browser, { sample, checkpoint, diff }: ShownAnswer, width: number): TuiLine[] {
  const output = sample.outputs[checkpoint] ?? null;
  if (output === null) return [[span("not run", "dim")]];
  if (output.error !== null) return textBlock(`${output.error.code}: ${output.error.message}`, width, "bad");
  const before = textBefore(sample, { base, checkpoint, diff });
  if (before !== null) return wrapSpans(diffSpans(before, output.text), width);
  return output.text === "" ? [[span("(empty)", "dim")]] : textBlock(output.text, width);
}

/** What an answer is compared with; null for nothing. */
function textBefore(
  sample: SampleView,
  { base, checkpoint, diff }: { readonly base: number; readonly checkpoint: number; readonly diff: DiffMode },
): string | null {
  if (diff === "nothing") return null;
  if (diff === "reference") return sample.references[0] ?? null;
  return checkpoint === base ? null : (sample.outputs[base]?.text ?? null);
}

/** Words that went and words that came, in signs as well as in colours. */
function diffSpans(before: string, after: string): readonly Span[] {
  if (before === after) return [span(after === "" ? "(empty)" : after), span("  = the same", "dim")];
  return wordDiff(before, after).map(({ kind, text }) => {
    if (kind === "same") return span(text);
    return kind === "removed" ? span(`[-${text}-]`, "bad") : span(`{+${text}+}`, "good");
  });
}
