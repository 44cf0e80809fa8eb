import { Option, type Command } from "commander";

import { escapeText } from "../../../reports/escape-text.ts";
import { plural } from "../../../reports/number-format.ts";
import { formatNames, guessFormat, type FormatName } from "../../human/format/index.ts";
import { importAnswers, type Imported } from "../../human/import-answers.ts";
import { loadSheet } from "../../human/store.ts";
import { lockRun } from "../../run/store/lock.ts";
import { findRun } from "../../run/store/run-folder.ts";
import type { CommandContext } from "../command/index.ts";
import { readText } from "./gold.ts";

interface Options {
  readonly run: string;
  readonly sheet?: string;
  readonly format?: FormatName;
  readonly rater?: string;
  readonly keep: "refuse" | "last";
  readonly json?: true;
}

export function configureImport(command: Command, { io }: CommandContext): void {
  command
    .argument("<file...>", "answers: JSON Lines, Label Studio JSON, Prodigy JSON Lines, Argilla JSON or CSV")
    .option("-r, --run <run>", "the run whose answers were judged", "latest")
    .option("--sheet <id>", "the sheet, where the run has several")
    .addOption(
      new Option("-f, --format <format>", "the files' format; told from the files otherwise").choices(formatNames),
    )
    .option("--rater <name>", "whose answers these are, where the files do not say")
    .addOption(
      new Option("--keep <which>", "of two different answers of one rater to an item")
        .choices(["refuse", "last"])
        .default("refuse"),
    )
    .option("--json", "print a line of JSON for each file")
    .action(async (paths: readonly string[], options: Options) => {
      const run = await findRun(options.run);
      await using _lock = await lockRun(run);
      const stored = await loadSheet(run, options.sheet);
      for (const path of paths) {
        const text = await readText(path);
        const { rater, keep } = options;
        const imported = await importAnswers({
          run,
          stored,
          file: { path, text },
          format: options.format ?? guessFormat(path, text),
          keep,
          ...(rater === undefined ? {} : { rater }),
        });
        const line = options.json === true ? JSON.stringify({ file: path, ...imported }) : importedText(path, imported);
        io.stdout.write(`${line}\n`);
      }
      if (options.json !== true) io.stdout.write(`next: evalh human stats ${stored.key.run}\n`);
    });
}

/** What came of an import, in a line. */
export function importedText(from: string, { added, known, replaced, outdated, raters }: Imported): string {
  const who = raters.length === 0 ? "" : ` of ${raters.map((rater) => escapeText(rater)).join(", ")}`;
  const notes = [
    ...(known === 0 ? [] : [`${known} known already`]),
    ...(replaced === 0 ? [] : [`${replaced} in place of earlier ones`]),
    ...(outdated === 0 ? [] : [`${outdated} older than what was said since`]),
  ];
  return `${from}: ${plural(added, "answer")}${who} added${notes.map((note) => `, ${note}`).join("")}`;
}
