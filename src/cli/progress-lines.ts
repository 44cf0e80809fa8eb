import { lineWidth, span } from "../../reports/console/span.ts";
import { escapeText } from "../../reports/escape-text.ts";
import { halfWidth } from "../../reports/metric-view.ts";
import { formatCount, formatScore, formatSeconds } from "../../reports/number-format.ts";
import type { CheckpointScore } from "../tui/data/checkpoint-scores.ts";
import type { Pace } from "../tui/model/snapshot.ts";
import { clock, formatPerSecond, progressBar, sparkline } from "../tui/view/bar.ts";
import type { TuiLine } from "../tui/view/line.ts";

export interface CheckpointProgress {
  readonly id: string;
  readonly name: string;
  /** Answers wanted, stored, ended in an error. */
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  readonly startedMs: number;
}

interface ProgressFacts {
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  readonly pace: Pace;
}

const BAR_WIDTH = 24;

/**
 * "✓ checkpoint-94   800 in 3.1 s   title/rougeL 2.8 ±1.0   chapter/accuracy 47.8 ±4.9", with as many scores as fit
 * into `width` columns.
 */
export function finishedLine(
  { name, done, failed, startedMs }: CheckpointProgress,
  scores: readonly CheckpointScore[],
  { nameWidth, width }: { readonly nameWidth: number; readonly width: number },
): TuiLine {
  const seconds = (performance.now() - startedMs) / 1000;
  const line = [
    span(failed === 0 ? " ✓ " : " ! ", failed === 0 ? "good" : "warn"),
    span(name.padEnd(nameWidth)),
    span(`  ${formatCount(done)} in ${formatSeconds(seconds)}`, "dim"),
    ...(failed === 0 ? [] : [span(`  ${formatCount(failed)} failed`, "bad")]),
  ];
  for (const { key, unit, estimate } of scores) {
    const score = [
      span(`   ${escapeText(key)} `, "dim"),
      span(formatScore(estimate.value, unit)),
      span(` ±${formatScore(halfWidth(estimate), unit)}`, "dim"),
    ];
    if (lineWidth([...line, ...score]) > width) break;
    line.push(...score);
  }
  return line;
}

/** The checkpoint under way, and the run as a whole. */
export function runningLines(facts: ProgressFacts, current: CheckpointProgress | null): readonly TuiLine[] {
  const { total, done, failed, pace } = facts;
  const share = done / Math.max(1, total);
  const percent = `${Math.floor(share * 100)}%`.padStart(4);
  return [
    ...(current === null
      ? []
      : [
          [
            span(" ▸ ", "accent"),
            span(current.name, "bold"),
            span(`  ${formatCount(current.done)}/${formatCount(current.total)}`, "dim"),
          ],
        ]),
    [
      span(`${percent} `, "bold"),
      span(progressBar(share, BAR_WIDTH), "accent"),
      span(`  ${formatCount(done)}/${formatCount(total)}`),
      ...(failed === 0 ? [] : [span(`  ${formatCount(failed)} failed`, "bad")]),
      ...(pace.samplesPerSecond === null ? [] : [span(`  ${formatPerSecond(pace.samplesPerSecond)}/s`)]),
      ...(pace.secondsLeft === null ? [] : [span("  ETA ", "dim"), span(clock(pace.secondsLeft))]),
      ...(pace.tokensPerSecond === null ? [] : [span(`  ${formatPerSecond(pace.tokensPerSecond)} tok/s`, "dim")]),
      span(`  ${sparkline(pace.history.slice(-16), 0)}`, "dim"),
    ],
  ];
}

/** The same as one line of a log, in plain characters. */
export function logLine({ total, done, failed, pace }: ProgressFacts, current: CheckpointProgress | null): string {
  const percent = `${Math.floor((done / Math.max(1, total)) * 100)}%`.padStart(4);
  const parts = [`${inLog(done)}/${inLog(total)}`];
  if (pace.samplesPerSecond !== null) parts.push(`${inLog(pace.samplesPerSecond)}/s`);
  if (pace.secondsLeft !== null) parts.push(`ETA ${clock(pace.secondsLeft)}`);
  if (pace.tokensPerSecond !== null) parts.push(`${inLog(pace.tokensPerSecond)} tok/s`);
  if (failed > 0) parts.push(`${failed} failed`);
  return `${percent}  ${parts.join("  ")}  ${current?.name ?? ""}\n`;
}

function inLog(value: number): string {
  return (value < 10 && !Number.isInteger(value) ? Number(value.toFixed(1)) : Math.round(value)).toLocaleString("en");
}
