import type { Comparison } from "../../../src/compare/comparison.ts";
import {
  agreementOf,
  agreementTasks,
  divergenceText,
  sameText,
  speedCaution,
  speedRatio,
  speedText,
} from "../../agreement-view.ts";
import { checkpointLabels } from "../../checkpoint-label.ts";
import {
  cellOf,
  decidingRow,
  testRows,
  variantGroups,
  type IndexedCheckpoint,
  type VariantGroup,
} from "../../metric-view.ts";
import { formatBytes, MISSING } from "../../number-format.ts";
import { sizeChart } from "../chart/size-chart.ts";
import { markup, type Html } from "../markup.ts";
import { intervalScale, scoreCell } from "../part/score-cell.ts";
import { scrollTable } from "../part/scroll-table.ts";
import type { Section } from "./section.ts";

export const compression: Section = {
  id: "compression",
  title: "What compression costs",
  nav: "Compression",
  render(comparison) {
    const groups = variantGroups(comparison);
    if (groups.length === 0) return null;
    const caution = speedCaution(comparison);
    return markup`${groups.map((group, order) => groupView(comparison, group, order))}${caution !== null && markup`<p class="legend">${caution}</p>`}`;
  },
};

function groupView(comparison: Comparison, group: VariantGroup, order: number): Html {
  const members = group.parent === null ? group.variants : [group.parent, ...group.variants];
  return markup`<div class="compression">${chart(comparison, members, order)}${table(comparison, group, members)}</div>`;
}

/** Size against the deciding score: what is saved against what it costs. */
function chart(comparison: Comparison, members: readonly IndexedCheckpoint[], order: number): Html | null {
  const row = decidingRow(comparison);
  if (row === null) return null;
  const label = checkpointLabels(comparison.checkpoints);
  const points = members.flatMap(({ checkpoint, index }) => {
    const estimate = cellOf(comparison, row.key, index)?.estimate ?? null;
    return estimate === null || checkpoint.bytes === null
      ? []
      : [{ label: label(checkpoint.id), bytes: checkpoint.bytes, estimate }];
  });
  return points.length < 2 ? null : markup`<figure>${sizeChart(points, { row, id: `size-${order}` })}</figure>`;
}

function table(comparison: Comparison, { parent }: VariantGroup, members: readonly IndexedCheckpoint[]): Html {
  const label = checkpointLabels(comparison.checkpoints);
  const columns = testRows(comparison).map((row) => ({ row, scale: intervalScale(comparison, row) }));
  const whole = parent?.checkpoint.bytes ?? null;
  const ids = members.map(({ checkpoint }) => checkpoint.id);
  const tasks = agreementTasks(comparison, ids);
  return scrollTable({
    label: "Variants and what they cost",
    look: "scores",
    head: markup`<tr><th scope="col">variant</th><th scope="col">size</th>${tasks.map((task) => markup`<th scope="col">${task}<small>same answers</small></th><th scope="col">${task}<small>speed</small></th>`)}${columns.map(({ row }) => markup`<th scope="col">${row.key}</th>`)}</tr>`,
    body: members.map(({ checkpoint, index }) => {
      const isParent = index === parent?.index;
      const share =
        isParent || whole === null || whole === 0 || checkpoint.bytes === null
          ? ""
          : `${Math.round((checkpoint.bytes / whole) * 100)} %`;
      return markup`<tr><th scope="row">${label(checkpoint.id)}<small>${checkpoint.format}</small></th><td class="num"><span class="value">${checkpoint.bytes === null ? MISSING : formatBytes(checkpoint.bytes)}</span><span class="change none">${share}</span></td>${tasks.map((task) => agreementCells(comparison, { task, checkpoint: checkpoint.id, isParent, members }))}${columns.map(({ row, scale }) => scoreCell(cellOf(comparison, row.key, index), { row, scale, isBest: false, reference: isParent ? "parent" : null }))}</tr>`;
    }),
  });
}

interface AgreementCells {
  readonly task: string;
  readonly checkpoint: string;
  readonly isParent: boolean;
  readonly members: readonly IndexedCheckpoint[];
}

/** How many answers are the parent's, with how far log-probabilities are apart; and how fast they come. */
function agreementCells(comparison: Comparison, { task, checkpoint, isParent, members }: AgreementCells): Html {
  if (isParent) {
    const others = members.map((each) => agreementOf(comparison, each.checkpoint.id, task));
    const speed = others.find((each) => each !== null)?.speed.base ?? null;
    return markup`<td class="num missing">parent</td><td class="num"><span class="value">${speedText(speed)}</span></td>`;
  }
  const found = agreementOf(comparison, checkpoint, task);
  if (found === null || found.same === null) return markup`<td class="num missing">${MISSING}</td><td></td>`;
  const ratio = speedRatio(found);
  const look = found.unrelated ? "change worse" : "change none";
  return markup`<td class="num" title="n = ${found.same.n}, ${found.same.method}"><span class="value">${sameText(found)}</span><span class="${look}">${divergenceText(found)}${found.unrelated && " as unrelated models"}</span></td><td class="num"><span class="value">${speedText(found.speed.checkpoint)}</span><span class="change none">${ratio !== null && `×${ratio.toFixed(2)}`}</span></td>`;
}
