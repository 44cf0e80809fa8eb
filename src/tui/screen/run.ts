import { lineWidth, span, type Line } from "../../../reports/console/span.ts";
import { wrapText } from "../../../reports/console/text-width.ts";
import { escapeText } from "../../../reports/escape-text.ts";
import { verdictLabel } from "../../../reports/findings.ts";
import { formatCount } from "../../../reports/number-format.ts";
import { checkpointLabels } from "../../../reports/checkpoint-label.ts";
import type { Comparison } from "../../compare/comparison.ts";
import type { Scene } from "../model/scene.ts";
import { totalsOf, type Snapshot } from "../model/snapshot.ts";
import { clock, formatPerSecond, progressBar, sparkline } from "../view/bar.ts";
import { fitBlock, type Size, type TuiLine } from "../view/line.ts";
import { gpuLines } from "./gpu-lines.ts";
import { noteLines } from "./log.ts";
import { peopleSummary } from "./people.ts";
import { drawPlots, PLOT_ROWS } from "./run-plots.ts";
import { drawCheckpoints } from "./run-table.ts";

const PROSE_WIDTH = 100;

/** How far the run is or what came out of it, the checkpoints with their scores, and the curves below. */
export function drawRun({ snapshot }: Scene, { width, height }: Size): TuiLine[] {
  const head = headLines(snapshot, { width, height });
  const wanted = snapshot.checkpoints.length + 3;
  const room = height - head.length;
  const tableRows = Math.min(wanted, room >= wanted + PLOT_ROWS ? wanted : Math.max(6, room - PLOT_ROWS));
  const isTight = room < 6 + PLOT_ROWS;
  const table = drawCheckpoints(snapshot, { width, height: isTight ? room : tableRows });
  const plots = isTight ? [] : drawPlots(snapshot, { width, height: room - tableRows });
  return fitBlock([...head, ...table, ...plots], { width, height });
}

function headLines(snapshot: Snapshot, size: Size): TuiLine[] {
  const { comparison, state } = snapshot;
  const people = snapshot.people.length === 0 ? [] : [peopleSummary(snapshot)];
  if (state === "running")
    return [paceLine(snapshot, size.width), ...gpuLines(snapshot, size), ...people, ...newest(snapshot, size), []];
  if (comparison === null) return [[span(` ${stateWords(snapshot)}`, "dim")], ...people, []];
  return [...verdictLines(comparison, size), ...people, []];
}

/** The newest warnings and failures; all of them are in the log. */
function newest({ notes }: Snapshot, { width, height }: Size): TuiLine[] {
  return notes
    .filter(({ kind }) => kind !== "info")
    .slice(-Math.max(1, Math.floor(height / 12)))
    .flatMap((note) => noteLines(note, width).slice(0, 1));
}

function stateWords({ state, busy }: Snapshot): string {
  return busy ?? (state === "complete" ? "complete" : `${state}: not every sample has an answer`);
}

/** The verdict's word, the checkpoint to ship, and as many of its sentences as there is room for, none of them cut. */
function verdictLines(comparison: Comparison, { width, height }: Size): Line[] {
  const { word, tone } = verdictLabel(comparison);
  const label = checkpointLabels(comparison.checkpoints);
  const mark = tone === "good" ? "✓" : comparison.verdict.kind === "inconclusive" ? "?" : "!";
  const { ship, summary } = comparison;
  const columns = Math.min(width - 4, PROSE_WIDTH);
  const room = Math.max(2, Math.floor(height / 7));
  const prose: string[] = [];
  for (const sentence of summary) {
    const lines = wrapText(escapeText(sentence), columns);
    if (prose.length + lines.length > room) break;
    prose.push(...lines);
  }
  return [
    [
      span(` ${mark} ${word.toUpperCase()}`, tone),
      ...(ship === null ? [] : [span("   "), span(`▶ ship ${label(ship.checkpoint)}`, "accent")]),
    ],
    ...prose.map((line, index) => [span(`   ${line}`, index === 0 ? "bold" : "plain")]),
  ];
}

/** Progress, speed and time left; what does not fit is left out from the right. */
export function paceLine(snapshot: Snapshot, width: number): TuiLine {
  const { done, total, failed } = totalsOf(snapshot);
  const { pace } = snapshot;
  const share = total === 0 ? 0 : done / total;
  const facts: Line[] = [
    [span(`${formatCount(done)}/${formatCount(total)}`)],
    ...(pace.samplesPerSecond === null ? [] : [[span(`${formatPerSecond(pace.samplesPerSecond)}/s`)]]),
    ...(pace.secondsLeft === null ? [] : [[span("ETA ", "dim"), span(clock(pace.secondsLeft))]]),
    ...(failed === 0 ? [] : [[span(`${formatCount(failed)} failed`, "bad")]]),
    ...(pace.history.length < 2 ? [] : [[span(sparkline(pace.history.slice(-20), 0), "dim")]]),
    ...(pace.tokensPerSecond === null ? [] : [[span(`${formatPerSecond(pace.tokensPerSecond)} tok/s`)]]),
    ...(pace.p50 === null || pace.p95 === null
      ? []
      : [[span("p50 ", "dim"), span(formatMs(pace.p50)), span(" p95 ", "dim"), span(formatMs(pace.p95))]]),
  ];
  const line: TuiLine[number][] = [
    span(` ${`${Math.floor(share * 100)}%`.padStart(4)} `, "bold"),
    span(progressBar(share, Math.max(8, Math.min(40, Math.floor(width / 4)))), "accent"),
  ];
  for (const fact of facts) {
    if (lineWidth(line) + 2 + lineWidth(fact) > width) break;
    line.push(span("  "), ...fact);
  }
  return line;
}

function formatMs(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
