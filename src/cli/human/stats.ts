import type { Command } from "commander";

import { peopleDocument } from "../../../reports/json/people-document.ts";
import { peopleLines } from "../../../reports/people-lines.ts";
import { peopleView, type PeopleView } from "../../compare/people.ts";
import { readRun } from "../../compare/run-data.ts";
import { EvalhError } from "../../core/errors.ts";
import { loadAnswers, loadSheet } from "../../human/store.ts";
import { findRun } from "../../run/store/run-folder.ts";
import type { CommandContext } from "../command/index.ts";

interface Options {
  readonly sheet?: string;
  readonly json?: true;
}

export function configureStats(command: Command, { io }: CommandContext): void {
  command
    .argument("[run]", "a run's folder or the end of its name", "latest")
    .option("--sheet <id>", "the sheet, where the run has several")
    .option("--json", "print one JSON document")
    .action(async (wanted: string, options: Options) => {
      const data = await readRun(await findRun(wanted));
      const { key } = await loadSheet(data.folder, options.sheet);
      const answers = await loadAnswers(data.folder, key.id);
      if (answers.length === 0) {
        throw new EvalhError("E_USAGE", `nobody has answered sheet ${key.id} yet`, {
          hint: "rate it with `evalh human rate` or `serve`, or add answers with `evalh human import`",
        });
      }
      const view: PeopleView = peopleView(data, { key, answers });
      const document = { format: "evalh-human-stats/1", run: data.manifest.id, ...peopleDocument(view) };
      io.stdout.write(
        options.json === true ? `${JSON.stringify(document, null, 2)}\n` : `${peopleLines(view).join("\n")}\n`,
      );
    });
}
