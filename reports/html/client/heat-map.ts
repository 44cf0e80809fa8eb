import { el } from "./dom.ts";
import type { MetricScores, ReportData } from "./report-data.ts";
import { rangeOf, seriesPlaces } from "./trajectory.ts";

/** Tallest drawing in rows of pixels; more samples share rows. */
const MOST_ROWS = 360;
const LEAST_ROW = 1;
const MOST_LABELS = 10;

export interface HeatMap {
  readonly element: HTMLElement;
  readonly show: (scores: MetricScores) => void;
  /** Draws again, in the colours of the theme. */
  readonly redraw: () => void;
}

/** Every sample's score at every checkpoint of the series: samples from always good to never, top to bottom. */
export function heatMap(data: ReportData, onPick: (sample: number) => void): HeatMap {
  const canvas = el("canvas", { role: "img" });
  const series = seriesPlaces(data.meta);
  const labels = el("div", { class: "heat-labels", "aria-hidden": "true" });
  const element = el("figure", { class: "heat" }, canvas, labels, legend());
  let shown: { readonly scores: MetricScores; readonly order: Uint32Array } | null = null;
  const redraw = (): void => {
    if (shown === null) return;
    drawMap(canvas, { ...shown, series });
  };
  canvas.addEventListener("click", ({ offsetY }) => {
    const sample = shown?.order[Math.floor((offsetY / canvas.clientHeight) * shown.order.length)];
    if (sample !== undefined) onPick(sample);
  });
  const stride = Math.ceil(series.length / MOST_LABELS);
  labels.replaceChildren(
    ...series.flatMap((place, at) => (at % stride === 0 ? [el("span", {}, shortLabel(data, place))] : [])),
  );
  return {
    element,
    redraw,
    show(scores) {
      shown = { scores, order: orderSamples(scores, series) };
      canvas.setAttribute(
        "aria-label",
        `Heat map of ${scores.metric.key}: ${scores.count} samples at ${series.length} checkpoints. The table beside it has the numbers.`,
      );
      redraw();
    },
  };
}

/** A checkpoint's step, where it has one. */
export function shortLabel({ meta }: ReportData, place: number): string {
  const { step, label } = meta.checkpoints[place] ?? { step: null, label: "" };
  return step === null ? label : String(step);
}

function legend(): HTMLElement {
  return el(
    "figcaption",
    {},
    el("span", {}, "low"),
    el("span", { class: "ramp" }),
    el("span", {}, "high"),
    el("span", { class: "hint" }, "one line a sample; click to open it"),
  );
}

/** Best mean first; among equals those that were good earlier. */
function orderSamples({ start, count, value, metric }: MetricScores, series: readonly number[]): Uint32Array {
  const means = new Float64Array(count);
  const early = new Float64Array(count);
  for (let at = 0; at < count; at++) {
    let sum = 0;
    let scored = 0;
    for (const [order, checkpoint] of series.entries()) {
      const score = value(checkpoint, at + start);
      if (Number.isNaN(score)) continue;
      sum += score;
      scored++;
      early[at] = (early[at] as number) + score / (order + 1);
    }
    means[at] = scored === 0 ? -Infinity : sum / scored;
  }
  const sign = metric.higherIsBetter ? -1 : 1;
  const order = Uint32Array.from({ length: count }, (_, at) => at + start);
  return order.sort((a, b) => {
    const byMean = (means[a - start] as number) - (means[b - start] as number);
    return sign * (byMean === 0 ? (early[a - start] as number) - (early[b - start] as number) : byMean) || a - b;
  });
}

interface MapContent {
  readonly scores: MetricScores;
  readonly order: Uint32Array;
  readonly series: readonly number[];
}

function drawMap(canvas: HTMLCanvasElement, { scores, order, series }: MapContent): void {
  const rows = Math.max(1, Math.min(MOST_ROWS, order.length));
  const height = Math.max(rows * LEAST_ROW, Math.min(MOST_ROWS, 240));
  canvas.width = series.length;
  canvas.height = rows;
  canvas.style.height = `${height}px`;
  const brush = canvas.getContext("2d");
  if (brush === null) return;
  const [none, low, high] = ["--heat-none", "--heat-low", "--heat-high"].map((name) => readColor(canvas, name));
  if (none === undefined || low === undefined || high === undefined) return;
  const image = brush.createImageData(series.length, rows);
  const [least, most] = rangeOf(scores);
  for (let row = 0; row < rows; row++) {
    const from = Math.floor((row * order.length) / rows);
    const to = Math.max(from + 1, Math.floor(((row + 1) * order.length) / rows));
    for (const [column, checkpoint] of series.entries()) {
      const mean = meanOf(scores, order.subarray(from, to), checkpoint);
      const share = Math.min(1, Math.max(0, (mean - least) / (most - least || 1)));
      const color = Number.isNaN(mean) ? none : low.map((part, at) => part + ((high[at] ?? 0) - part) * share);
      image.data.set([...color.slice(0, 3), 255], (row * series.length + column) * 4);
    }
  }
  brush.putImageData(image, 0, 0);
}

function meanOf({ value }: MetricScores, samples: Uint32Array, checkpoint: number): number {
  let sum = 0;
  let scored = 0;
  for (const sample of samples) {
    const score = value(checkpoint, sample);
    if (Number.isNaN(score)) continue;
    sum += score;
    scored++;
  }
  return scored === 0 ? Number.NaN : sum / scored;
}

/** Red, green, blue of a custom property, whatever notation the style sheet uses. */
function readColor(element: Element, name: string): readonly number[] {
  const probe = el("span", { class: name.slice(2) });
  element.parentElement?.append(probe);
  const { backgroundColor } = getComputedStyle(probe);
  probe.remove();
  return (backgroundColor.match(/[\d.]+/gu) ?? []).slice(0, 3).map(Number);
}
