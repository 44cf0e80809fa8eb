import { readFile } from "node:fs/promises";

import { Option, type Command } from "commander";

import { EvalhError, hasErrno, messageOf } from "../../core/errors.ts";
import { formatNames, guessFormat, type FormatName } from "../../human/format/index.ts";
import { importAnswers } from "../../human/import-answers.ts";
import { loadSheet } from "../../human/store.ts";
import { lockRun } from "../../run/store/lock.ts";
import { findRun } from "../../run/store/run-folder.ts";
import type { CommandContext } from "../command/index.ts";

interface Options {
  readonly run: string;
  readonly sheet?: string;
  readonly format?: FormatName;
  readonly rater?: string;
  readonly keep: "refuse" | "last";
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
    .action(async (paths: readonly string[], options: Options) => {
      const run = await findRun(options.run);
      await using _lock = await lockRun(run);
      const stored = await loadSheet(run, options.sheet);
      for (const path of paths) {
        const text = await read(path);
        const { rater, keep } = options;
        const { added, known, replaced, raters } = await importAnswers({
          run,
          stored,
          file: { path, text },
          format: options.format ?? guessFormat(path, text),
          keep,
          ...(rater === undefined ? {} : { rater }),
        });
        const notes = `${known === 0 ? "" : `, ${known} known already`}${replaced === 0 ? "" : `, ${replaced} in place of earlier ones`}`;
        io.stdout.write(`${path}: ${added} answers of ${raters.join(", ")} added${notes}\n`);
      }
      io.stdout.write(`next: evalh human stats ${stored.key.run}\n`);
    });
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const message = hasErrno(error, "ENOENT") ? `there is no file ${path}` : `cannot read ${path}: ${messageOf(error)}`;
    throw new EvalhError("E_USAGE", message, { place: { file: path } });
  }
}
