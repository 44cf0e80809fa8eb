import type { TaskFigure } from "../../../src/compare/comparison.ts";
import type { ReliabilityFigure } from "../../../src/core/judge.ts";
import { checkpointLabels } from "../../checkpoint-label.ts";
import { formatCount } from "../../number-format.ts";
import { reliabilityChart } from "../chart/reliability-chart.ts";
import { markup, type Html } from "../markup.ts";
import { fewerFigures, figuresOf, shownFigures, type ShownFigure } from "../part/figures.ts";
import { scrollTable } from "../part/scroll-table.ts";
import type { Section } from "./section.ts";

/** Diagrams beside each other at most; the others are in the table of scores. */
const MOST = 8;

export const calibration: Section = {
  id: "calibration",
  title: "Calibration",
  render(comparison) {
    const figures = figuresOf(comparison, "reliability");
    if (figures.length === 0) return null;
    const label = checkpointLabels(comparison.checkpoints);
    return markup`<p class="intro">Is the model as sure as it is right? A dot below the diagonal was surer than right. Larger dots hold more answers.</p>${figures.map(
      (figure, order) =>
        taskView(
          figure,
          shownFigures<ReliabilityFigure>(comparison, figure, MOST).map((shown) => ({
            ...shown,
            label: label(shown.id),
          })),
          order,
        ),
    )}`;
  },
  leftOut: (comparison) => fewerFigures(comparison, "reliability", MOST),
};

type Diagram = ShownFigure<ReliabilityFigure> & { readonly label: string };

function taskView({ task }: TaskFigure, diagrams: readonly Diagram[], order: number): Html {
  return markup`<h3>${task}</h3><div class="multiples">${diagrams.map(
    ({ figure, label, isShip }, at) =>
      markup`<figure><figcaption>${label}${isShip && markup`<span class="badge">ship</span>`}</figcaption>${reliabilityChart(
        figure,
        { id: `reliability-${order}-${at}`, title: `Reliability of ${label} in ${task}`, description: inWords(figure) },
      )}<p class="note">${inWords(figure)}</p></figure>`,
  )}</div><details><summary>The diagrams’ numbers</summary>${numbers(task, diagrams)}</details>`;
}

/** The expected calibration error, and to which side it leans. */
function inWords({ bins }: ReliabilityFigure): string {
  const total = bins.reduce((sum, { count }) => sum + count, 0);
  const over = (value: (bin: ReliabilityFigure["bins"][number]) => number): number =>
    bins.reduce((sum, bin) => sum + (bin.count / total) * value(bin), 0);
  const error = over(({ accuracy, confidence }) => Math.abs(accuracy - confidence));
  const lean = 100 * over(({ accuracy, confidence }) => confidence - accuracy);
  const side =
    Math.abs(lean) < 0.5 ? "neither too sure nor too unsure" : lean > 0 ? "surer than right" : "less sure than right";
  const by = Math.abs(lean) < 0.5 ? "" : ` by ${Math.abs(lean).toFixed(1)} points`;
  return `ECE ${error.toFixed(3)}; ${side}${by}`;
}

function numbers(task: string, diagrams: readonly Diagram[]): Html {
  const percent = (share: number): string => (100 * share).toFixed(1);
  return scrollTable({
    label: `Bins of confidence in ${task}`,
    look: "plain",
    head: markup`<tr><th scope="col">checkpoint</th><th scope="col">bin, % sure</th><th scope="col" class="num">answers</th><th scope="col" class="num">mean % sure</th><th scope="col" class="num">% right</th></tr>`,
    body: diagrams.flatMap(({ label, figure }) =>
      figure.bins.map(
        ({ lo, hi, count, accuracy, confidence }) =>
          markup`<tr><th scope="row">${label}</th><td>${percent(lo)} to ${percent(hi)}</td><td class="num">${formatCount(count)}</td><td class="num">${percent(confidence)}</td><td class="num">${percent(accuracy)}</td></tr>`,
      ),
    ),
  });
}
