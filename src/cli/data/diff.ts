import { relative } from "node:path";

import type { Command } from "commander";

import { diffDatasets, type DatasetDiff, type RowChange } from "../../dataset/diff.ts";
import type { CommandContext } from "../command/index.ts";
import { describeDataset } from "./dataset-request.ts";

interface Options {
  readonly id?: string;
  readonly json?: true;
}

export function configureDiff(command: Command, { io }: CommandContext): void {
  command
    .argument("<a>", "the earlier version")
    .argument("<b>", "the later version")
    .option("--id <column>", "match rows by this column; by content where neither has ids")
    .option("--json", "print one JSON document")
    .action(async (a: string, b: string, options: Options) => {
      const [before, after] = [await describeDataset(a, options), await describeDataset(b, options)];
      const id = before.spec.id !== undefined && before.spec.id === after.spec.id ? { id: before.spec.id } : {};
      const diff = await diffDatasets({ path: before.spec.path, ...id }, { path: after.spec.path, ...id });
      io.stdout.write(
        options.json === true
          ? `${JSON.stringify({ format: "evalh-data-diff/1", ...diff, changedColumns: Object.fromEntries(diff.changedColumns) }, null, 2)}\n`
          : describe(diff, id.id ?? null),
      );
    });
}

function describe(diff: DatasetDiff, id: string | null): string {
  const { rows, columns, examples } = diff;
  const lines = [
    `${rows.a} → ${rows.b} rows, matched by ${id ?? "content (no ids)"}: ${diff.same} same, ${diff.changed} changed, ${diff.added} added, ${diff.removed} removed`,
  ];
  if (diff.isReordered) lines.push("rows stand in another order");
  if (columns.added.length > 0) lines.push(`columns added: ${columns.added.join(", ")}`);
  if (columns.removed.length > 0) lines.push(`columns removed: ${columns.removed.join(", ")}`);
  const byColumn = [...diff.changedColumns].map(([name, count]) => `${name} (${count})`);
  if (byColumn.length > 0) lines.push(`columns that differ: ${byColumn.join(", ")}`);
  for (const kind of ["changed", "added", "removed"] as const)
    lines.push(...examples[kind].map((row) => rowLine(kind, row)));
  return `${lines.join("\n")}\n`;
}

function rowLine(kind: string, { id, place, columns }: RowChange): string {
  const at = `${relative(process.cwd(), place.file)}${place.line === undefined ? "" : `:${place.line}`}`;
  return `  ${kind} ${id === "" ? "" : `${id} `}(${at})${columns.length === 0 ? "" : `: ${columns.join(", ")}`}`;
}
