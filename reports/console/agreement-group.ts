import type { Comparison } from "../../src/compare/comparison.ts";
import type { TaskAgreement } from "../../src/compare/equivalence.ts";
import type { TaskSpeed } from "../../src/compare/task-speed.ts";
import { agreementOf, agreementTasks, divergenceText, sameText, speedRatio, speedText } from "../agreement-view.ts";
import { escapeText } from "../escape-text.ts";
import type { IndexedCheckpoint } from "../metric-view.ts";
import type { ColumnGroup } from "./column-blocks.ts";
import { span, type Line } from "./span.ts";
import { cutMiddle } from "./text-width.ts";

const NAME_WIDTH = 14;

/** Columns a task: how many answers are the parent's, how far log-probabilities are apart, how fast they come. */
export function agreementGroups(
  comparison: Comparison,
  members: readonly IndexedCheckpoint[],
  parent: IndexedCheckpoint | null,
): ColumnGroup[] {
  const ids = members.map(({ checkpoint }) => checkpoint.id);
  return agreementTasks(comparison, ids).flatMap((task) => {
    const rows = members.map((member) =>
      member === parent ? null : agreementOf(comparison, member.checkpoint.id, task),
    );
    const known = rows.find((each) => each !== null);
    if (known === undefined || known === null) return [];
    const name = cutMiddle(escapeText(task), NAME_WIDTH);
    const isParent = (index: number): boolean => members[index] === parent;
    return [
      sameGroup(`${name}: same ${known.unit === "text" ? "texts" : "choices"}`, rows, isParent),
      ...(rows.some((row) => row !== null && divergenceText(row) !== "") ? [divergenceGroup(name, rows)] : []),
      speedGroup(`${name}: speed`, rows, (index) => (isParent(index) ? known.speed.base : null)),
    ];
  });
}

type Rows = readonly (TaskAgreement | null)[];

function sameGroup(title: string, rows: Rows, isParent: (index: number) => boolean): ColumnGroup {
  const cell = (row: TaskAgreement | null, index: number): Line => {
    if (row === null) return isParent(index) ? [span("parent", "dim")] : [];
    return [span(sameText(row), row.unrelated ? "bad" : "plain")];
  };
  return { header: [[span(title, "bold")]], columns: [{ align: "right", cells: rows.map(cell) }] };
}

function divergenceGroup(name: string, rows: Rows): ColumnGroup {
  const cells = rows.map((row) => (row === null ? [] : [span(divergenceText(row))]));
  return { header: [[span(`${name}: apart`, "bold"), span(" (nats)", "dim")]], columns: [{ align: "left", cells }] };
}

function speedGroup(title: string, rows: Rows, ofParent: (index: number) => TaskSpeed | null): ColumnGroup {
  const ratio = (row: TaskAgreement | null): Line => {
    const times = row === null ? null : speedRatio(row);
    return times === null ? [] : [span(`×${times.toFixed(2)}`, "dim")];
  };
  return {
    header: [[span(title, "bold")]],
    columns: [
      {
        align: "right",
        cells: rows.map((row, index) => [span(speedText(row === null ? ofParent(index) : row.speed.checkpoint))]),
      },
      { align: "left", cells: rows.map(ratio) },
    ],
  };
}
