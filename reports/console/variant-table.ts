import type { Comparison } from "../../src/compare/comparison.ts";
import { speedCaution } from "../agreement-view.ts";
import { checkpointLabels } from "../checkpoint-label.ts";
import { escapeText } from "../escape-text.ts";
import {
  equivalenceTitle,
  testRows,
  variantGroups,
  type IndexedCheckpoint,
  type VariantGroup,
} from "../metric-view.ts";
import { formatBytes, MISSING } from "../number-format.ts";
import { agreementGroups } from "./agreement-group.ts";
import { columnBlocks, type ColumnGroup } from "./column-blocks.ts";
import { metricGroup } from "./metric-group.ts";
import { span, stackBlocks, type Line } from "./span.ts";
import { cutMiddle, wrapText } from "./text-width.ts";

const NAME_WIDTH = 32;
const FORMAT_WIDTH = 16;

/**
 * Each variant (quantised, pruned, exported) under the checkpoint it was made from: size, what it cost in every metric,
 * how many answers are the same, and how fast they come. Of two runs, the second under the first.
 */
export function variantTables(comparison: Comparison, width: number): Line[] {
  const tables = variantGroups(comparison).map((group) => variantTable(comparison, group, width));
  if (tables.length === 0) return [];
  const caution = speedCaution(comparison);
  const legend = caution === null ? [] : wrapText(caution, width - 2).map((line): Line => [span(`  ${line}`, "dim")]);
  return [[span(equivalenceTitle(comparison), "bold")], ...stackBlocks(tables), ...legend];
}

function variantTable(comparison: Comparison, { parent, variants }: VariantGroup, width: number): Line[] {
  const members = parent === null ? variants : [parent, ...variants];
  const groups = testRows(comparison).map((row) =>
    metricGroup(comparison, row, {
      shown: members.map(({ index }) => index),
      reference: (index) => (index === parent?.index ? "parent" : null),
      trend: false,
    }),
  );
  const sizes = sizeGroup(members, parent);
  return columnBlocks({
    width,
    key: nameGroup(comparison, members, parent),
    groups: [sizes, ...groups, ...agreementGroups(comparison, members, parent)],
  });
}

function nameGroup(
  comparison: Comparison,
  members: readonly IndexedCheckpoint[],
  parent: IndexedCheckpoint | null,
): ColumnGroup {
  const label = checkpointLabels(comparison.checkpoints);
  return {
    header: [[span("variant", "bold")]],
    columns: [
      {
        align: "left",
        cells: members.map((member) => [
          span(
            `${parent === null || member === parent ? "" : "└ "}${cutMiddle(label(member.checkpoint.id), NAME_WIDTH)}`,
          ),
        ]),
      },
    ],
  };
}

function sizeGroup(members: readonly IndexedCheckpoint[], parent: IndexedCheckpoint | null): ColumnGroup {
  const whole = parent?.checkpoint.bytes ?? null;
  return {
    header: [[span("size", "bold")]],
    columns: [
      {
        align: "right",
        cells: members.map(({ checkpoint: { bytes } }) =>
          bytes === null ? [span(MISSING, "dim")] : [span(formatBytes(bytes))],
        ),
      },
      {
        align: "right",
        cells: members.map(({ checkpoint: { bytes } }, index) =>
          bytes === null || whole === null || whole === 0 || (parent !== null && index === 0)
            ? []
            : [span(`${Math.round((bytes / whole) * 100)} %`, "dim")],
        ),
      },
      {
        align: "left",
        cells: members.map(({ checkpoint }) => [span(cutMiddle(escapeText(checkpoint.format), FORMAT_WIDTH), "dim")]),
      },
    ],
  };
}
