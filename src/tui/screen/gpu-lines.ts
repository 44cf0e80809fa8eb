import { span, type Look } from "../../../reports/console/span.ts";
import { escapeText } from "../../../reports/escape-text.ts";
import type { GpuState, Snapshot } from "../model/snapshot.ts";
import { progressBar, sparkline } from "../view/bar.ts";
import type { Size, TuiLine } from "../view/line.ts";

const BAR_WIDTH = 16;
const HISTORY = 30;
const MIB_A_GIB = 1024;

/** A line a GPU: how busy, how full, how hot. Of many the first few. */
export function gpuLines({ gpus }: Snapshot, { height }: Size): TuiLine[] {
  const most = Math.max(1, Math.floor(height / 10));
  const shown = gpus.slice(0, most).map(gpuLine);
  const hidden = gpus.length - shown.length;
  return hidden > 0 ? [...shown, [span(`  ${hidden} more GPUs`, "dim")]] : shown;
}

function gpuLine({
  gpu,
  name,
  utilization,
  memoryUsed,
  memoryTotal,
  power,
  powerLimit,
  temperature,
}: GpuState): TuiLine {
  const busy = utilization.at(-1) ?? null;
  return [
    span(` GPU${gpu} `, "bold"),
    ...(busy === null
      ? []
      : [span(progressBar(busy / 100, BAR_WIDTH), "accent"), span(` ${String(busy).padStart(3)} %`)]),
    ...(memoryUsed === null
      ? []
      : [span(`  ${ofTotal(memoryUsed / MIB_A_GIB, memoryTotal === null ? null : memoryTotal / MIB_A_GIB)} GiB`)]),
    ...(power === null ? [] : [span(`  ${ofTotal(power, powerLimit)} W`)]),
    ...(temperature === null ? [] : [span(`  ${temperature} °C`, heatLook(temperature))]),
    span(`  ${sparkline(utilization.slice(-HISTORY), 0)}`, "dim"),
    span(name === null ? "" : `  ${escapeText(name)}`, "dim"),
  ];
}

function ofTotal(value: number, total: number | null): string {
  return total === null ? String(Math.round(value)) : `${Math.round(value)}/${Math.round(total)}`;
}

/** Data-centre GPUs slow down somewhere above 85 °C. */
function heatLook(celsius: number): Look {
  return celsius >= 85 ? "bad" : "plain";
}
