import { span } from "../../../reports/console/span.ts";
import { formatCount, formatFigure, formatMs } from "../../../reports/number-format.ts";
import type { StageBegun } from "../../load/bench.ts";
import { stageName, type Extent } from "../../load/load-plan.ts";
import type { StageResult } from "../../load/load-result.ts";
import { clock, progressBar } from "../../tui/view/bar.ts";
import type { TuiLine } from "../../tui/view/line.ts";
import type { CliIo } from "../io.ts";
import { liveLines } from "../live-lines.ts";

const REDRAW_MS = 100;
const BAR_WIDTH = 24;

export interface BenchProgress extends Disposable {
  begin(begun: StageBegun): void;
  end(stage: StageResult, repeat: number): void;
}

interface Plan {
  readonly stages: number;
  readonly repeats: number;
  readonly warmup: Extent;
  readonly length: Extent;
  /** False where the number of stages is not known beforehand. */
  readonly isFixed: boolean;
}

/** What is being measured, drawn in place on a terminal; elsewhere a line for each stage. */
export function benchProgress(io: CliIo, plan: Plan, quiet: boolean): BenchProgress {
  const screen = liveLines(io);
  const isLive = io.stderr.isTTY === true;
  let current: StageBegun | null = null;
  const timer =
    isLive && !quiet
      ? setInterval(() => {
          if (current !== null) screen.redraw([runningLine(current, plan)]);
        }, REDRAW_MS)
      : undefined;
  return {
    begin(begun) {
      current = begun;
    },
    end(stage, repeat) {
      current = null;
      if (quiet) return;
      const line = stageLine(stage, { repeat, of: plan.repeats });
      if (isLive) screen.printLine(line);
      else screen.print(`${line.map(({ text }) => text).join("")}\n`);
    },
    [Symbol.dispose]() {
      clearInterval(timer);
      screen.clear();
    },
  };
}

/** Share of the whole that is done, 0..1, and seconds left; null where a stage's length is a number of requests. */
function progressOf({ index, repeat, live }: StageBegun, plan: Plan): { share: number; left: number } | null {
  if (!("ms" in plan.warmup) || !("ms" in plan.length)) return null;
  const each = plan.warmup.ms + plan.length.ms;
  const before = (repeat * plan.stages + index) * each;
  const done = before + Math.min(each, performance.now() - live.started);
  const total = plan.stages * plan.repeats * each;
  return { share: done / total, left: (total - done) / 1000 };
}

function runningLine(begun: StageBegun, plan: Plan): TuiLine {
  const { stage, repeat, live } = begun;
  const progress = plan.isFixed || repeat > 0 ? progressOf(begun, plan) : null;
  const seconds = (performance.now() - live.started) / 1000;
  return [
    span(" ▸ ", "accent"),
    span(stageName(stage), "bold"),
    span(plan.repeats > 1 ? `  repeat ${repeat + 1}/${plan.repeats}` : "", "dim"),
    span(`  ${live.phase.padEnd(9)} ${clock(seconds)}  `, "dim"),
    ...(progress === null
      ? []
      : [span(progressBar(progress.share, BAR_WIDTH), "accent"), span(` ETA ${clock(progress.left)}  `, "dim")]),
    span(`${formatCount(live.ended)} answers  ${formatCount(live.inFlight)} under way`),
    ...(live.failed === 0 ? [] : [span(`  ${formatCount(live.failed)} failed`, "bad")]),
  ];
}

function stageLine(result: StageResult, { repeat, of }: { readonly repeat: number; readonly of: number }): TuiLine {
  const { stage, rates, latencies, requests } = result;
  const ttft = latencies.ttft?.percentiles;
  return [
    span(requests.failed === 0 ? " ✓ " : " ! ", requests.failed === 0 ? "good" : "warn"),
    span(stageName(stage).padEnd(12)),
    span(of > 1 ? ` ${repeat + 1}/${of}` : "", "dim"),
    span(`  ${formatFigure(rates.requests.value)} requests/s`),
    ...(rates.outputTokens === null ? [] : [span(`  ${formatFigure(rates.outputTokens.value)} tokens/s`)]),
    ...(ttft?.p50 == null ? [] : [span(`  TTFT ${formatMs(ttft.p50.value)}`)]),
    ...(requests.failed === 0 ? [] : [span(`  ${formatCount(requests.failed)} failed`, "bad")]),
  ];
}
