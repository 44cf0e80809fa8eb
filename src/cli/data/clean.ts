import { Option, type Command } from "commander";

import { checkNames, type CheckName } from "../../dataset/check/index.ts";
import { cleanDataset } from "../../dataset/clean.ts";
import type { CommandContext } from "../command/index.ts";
import { addCheckOptions, checkOptions } from "./check.ts";
import { describeDataset, type ColumnOptions } from "./dataset-request.ts";

interface Options extends ColumnOptions {
  readonly apply: readonly CheckName[];
  readonly output: string;
  readonly train?: string;
  readonly similarity: number;
  readonly context?: number;
  readonly json?: true;
}

/** Checks that only a person can act on. */
const UNFIXABLE: ReadonlySet<CheckName> = new Set(["label-conflict", "coverage"] as const);

export function configureClean(command: Command, { io }: CommandContext): void {
  addCheckOptions(command.argument("<dataset>", "the dataset to read; it is never written to"))
    .addOption(
      new Option("-a, --apply <check...>", "repair or drop what these checks find")
        .choices(checkNames.filter((name) => !UNFIXABLE.has(name)))
        .makeOptionMandatory(),
    )
    .requiredOption("-o, --output <file>", "the JSON Lines file to write; its log goes to <file>.log.jsonl")
    .option("--json", "print one JSON document")
    .action(async (path: string, options: Options) => {
      const known = await describeDataset(path, options);
      const log = `${options.output}.log.jsonl`;
      // In the order of the list, whatever the order on the command line: repairs build on each other.
      const names = checkNames.filter((name) => options.apply.includes(name));
      const { byCheck, ...counts } = await cleanDataset(
        { ...checkOptions(known, options), names },
        { output: options.output, log },
      );
      if (options.json === true) {
        io.stdout.write(
          `${JSON.stringify({ ...counts, by_check: Object.fromEntries(byCheck), output: options.output, log })}\n`,
        );
        return;
      }
      const each = [...byCheck].map(([name, count]) => `${name} ${count}`).join(", ");
      io.stdout.write(
        `wrote ${options.output}: ${counts.kept} of ${counts.rows} rows, ${counts.dropped} dropped, ${counts.repaired} repaired (${each})\nwrote ${log}\n`,
      );
    });
}
