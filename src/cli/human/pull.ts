import { Option, type Command } from "commander";

import { EvalhError } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";
import { labelStudioAnswers } from "../../human/format/label-studio.ts";
import { addAnswers } from "../../human/import-answers.ts";
import { openLabelStudio } from "../../human/label-studio/connection.ts";
import { readLink } from "../../human/label-studio/link.ts";
import { tasksOf } from "../../human/label-studio/tasks.ts";
import { loadSheet } from "../../human/store.ts";
import { lockRun } from "../../run/store/lock.ts";
import { findRun } from "../../run/store/run-folder.ts";
import type { CommandContext } from "../command/index.ts";
import { onInterrupt } from "../interrupt.ts";
import { importedText } from "./import.ts";
import { wholeNumber } from "./numbers.ts";
import { labelStudioKey } from "./push.ts";

interface Options {
  readonly labelStudio?: string;
  readonly sheet?: string;
  readonly project?: number;
  readonly keep: "refuse" | "last";
  readonly json?: true;
}

export function configurePull(command: Command, { io }: CommandContext): void {
  command
    .argument("[run]", "a run's folder or the end of its name", "latest")
    .option("--label-studio <url>", "its address; the one that the sheet was pushed to by default")
    .option("--sheet <id>", "the sheet, where the run has several")
    .option(
      "--project <number>",
      "the project; the one that the sheet was pushed to by default",
      wholeNumber("--project"),
    )
    .addOption(
      new Option("--keep <which>", "of two different answers of one rater to an item")
        .choices(["refuse", "last"])
        .default("last"),
    )
    .option("--json", "print one line of JSON")
    .action(async (wanted: string, options: Options) => {
      const secret = labelStudioKey(io);
      const run = await findRun(wanted);
      await using _lock = await lockRun(run);
      const stored = await loadSheet(run, options.sheet);
      const link = await readLink(run, stored.key.id);
      const url = options.labelStudio ?? link?.url;
      const project = options.project ?? link?.project;
      if (url === undefined || project === undefined) {
        throw new EvalhError("E_USAGE", `sheet ${stored.key.id} was not pushed to a Label Studio`, {
          hint: "push it with `evalh human push`, or name --label-studio and --project",
        });
      }
      using interrupt = onInterrupt(io);
      await using studio = await openLabelStudio(url, secret, interrupt.stop);
      const tasks: JsonObject[] = [];
      for await (const task of tasksOf(studio, project)) tasks.push(task);
      const from = `${studio.address}/projects/${project}`;
      const raw = labelStudioAnswers(tasks);
      const imported = await addAnswers({ run, stored, raw, from, source: from, keep: options.keep });
      if (options.json === true)
        io.stdout.write(`${JSON.stringify({ sheet: stored.key.id, url: from, ...imported })}\n`);
      else io.stdout.write(`${importedText(from, imported)}\nnext: evalh human stats ${stored.key.run}\n`);
    });
}
