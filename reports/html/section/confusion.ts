import type { ConfusionFigure } from "../../../src/core/judge.ts";
import { checkpointLabels } from "../../checkpoint-label.ts";
import { formatCount } from "../../number-format.ts";
import { markup, type Html } from "../markup.ts";
import { fewerFigures, figuresOf, shownFigures } from "../part/figures.ts";
import { scrollTable } from "../part/scroll-table.ts";
import { tabs } from "../part/tabs.ts";
import type { Section } from "./section.ts";

const MOST_CHECKPOINTS = 10;
const MOST_MISTAKES = 8;
/** Shades of a cell; the style sheet has as many. */
const SHADES = 6;

export const confusion: Section = {
  id: "confusion",
  title: "What is taken for what",
  nav: "Confusion",
  render(comparison) {
    const figures = figuresOf(comparison, "confusion");
    if (figures.length === 0) return null;
    const label = checkpointLabels(comparison.checkpoints);
    return markup`${figures.map((figure) => {
      const shown = shownFigures<ConfusionFigure>(comparison, figure, MOST_CHECKPOINTS);
      // The checkpoint to ship is what people came for: it is the first tab.
      const order = [...shown.filter(({ isShip }) => isShip), ...shown.filter(({ isShip }) => !isShip)];
      return markup`<h3>${figure.task}</h3>${tabs(
        order.map(({ id, figure: each }) => ({
          name: label(id),
          content: markup`<div class="confusion">${matrix(each, `${figure.task}, ${label(id)}`)}${mistakes(each)}</div>`,
        })),
        { label: `Checkpoint of the matrix of ${figure.task}` },
      )}`;
    })}<p class="legend"><span>rows: the true label</span><span>columns: the label that was answered</span><span>shade: share of the row</span></p>`;
  },
  leftOut: (comparison) => fewerFigures(comparison, "confusion", MOST_CHECKPOINTS),
};

function matrix({ labels, counts }: ConfusionFigure, name: string): Html {
  const hasOthers = counts.some((row) => (row.at(-1) ?? 0) > 0);
  const columns = hasOthers ? [...labels, "none of them"] : labels;
  return scrollTable({
    label: `Confusion matrix: ${name}`,
    look: "matrix",
    head: markup`<tr><th scope="col">true ↓ answered →</th>${columns.map((label) => markup`<th scope="col"><span>${label}</span></th>`)}</tr>`,
    body: labels.map((label, row) => {
      const cells = counts[row] ?? [];
      const total = cells.reduce((sum, count) => sum + count, 0);
      return markup`<tr><th scope="row">${label}</th>${columns.map((_, column) => cell(cells[column] ?? 0, total, row === column))}</tr>`;
    }),
  });
}

function cell(count: number, total: number, isRight: boolean): Html {
  if (count === 0) return markup`<td class="num${isRight ? " right" : ""}">·</td>`;
  const shade = Math.min(SHADES, Math.ceil((SHADES * count) / total));
  return markup`<td class="num shade-${shade}${isRight ? " right" : ""}">${formatCount(count)}</td>`;
}

/** The mistakes made most often: what to look for in the data. */
function mistakes({ labels, counts }: ConfusionFigure): Html {
  const found = counts.flatMap((row, truth) =>
    row.flatMap((count, answered) => (count === 0 || answered === truth ? [] : [{ truth, answered, count }])),
  );
  const of = (truth: number): number => (counts[truth] ?? []).reduce((sum, count) => sum + count, 0);
  const most = found.toSorted((a, b) => b.count - a.count).slice(0, MOST_MISTAKES);
  if (most.length === 0) return markup`<p class="note">No answer was wrong.</p>`;
  return markup`<div><h4>Mistaken most often</h4><ol class="mistakes">${most.map(
    ({ truth, answered, count }) =>
      markup`<li>${labels[truth] ?? ""} <span aria-label="answered as">→</span> <b>${labels[answered] ?? "none of the labels"}</b> <small>${formatCount(count)} of ${formatCount(of(truth))}</small></li>`,
  )}</ol></div>`;
}
