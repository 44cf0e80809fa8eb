import type { Command } from "commander";

import { EvalhError } from "../../core/errors.ts";
import { openLabelStudio } from "../../human/label-studio/connection.ts";
import { readLink, writeLink } from "../../human/label-studio/link.ts";
import { pushSheet } from "../../human/label-studio/push.ts";
import { loadSheet } from "../../human/store.ts";
import { lockRun } from "../../run/store/lock.ts";
import { findRun } from "../../run/store/run-folder.ts";
import type { CommandContext } from "../command/index.ts";
import { onInterrupt } from "../interrupt.ts";
import type { CliIo } from "../io.ts";
import { wholeNumber } from "./numbers.ts";

interface Options {
  readonly labelStudio: string;
  readonly sheet?: string;
  readonly project?: number;
  readonly annotators: number;
  readonly json?: true;
}

/** The environment variable that holds the key: keys never stand on a command line. */
const KEY_VARIABLE = "LABEL_STUDIO_API_KEY";

/** @throws EvalhError E_USAGE if it is not set */
export function labelStudioKey({ env }: CliIo): string {
  const key = env[KEY_VARIABLE]?.trim() ?? "";
  if (key !== "") return key;
  throw new EvalhError("E_USAGE", `${KEY_VARIABLE} is not set`, {
    hint: "make a token under Account & Settings in Label Studio and put it there",
  });
}

export function configurePush(command: Command, { io }: CommandContext): void {
  command
    .argument("[run]", "a run's folder or the end of its name", "latest")
    .requiredOption("--label-studio <url>", `its address; the key is read from ${KEY_VARIABLE}`)
    .option("--sheet <id>", "the sheet, where the run has several")
    .option(
      "--project <number>",
      "a project that is there, with our labelling configuration; a new one by default",
      wholeNumber("--project"),
    )
    .option("--annotators <number>", "how many people judge each item", wholeNumber("--annotators"), 1)
    .option("--json", "print one line of JSON")
    .action(async (wanted: string, options: Options) => {
      const key = labelStudioKey(io);
      const run = await findRun(wanted);
      await using _lock = await lockRun(run);
      const { sheet } = await loadSheet(run, options.sheet);
      using interrupt = onInterrupt(io);
      await using studio = await openLabelStudio(options.labelStudio, key, interrupt.stop);
      const link = await readLink(run, sheet.id);
      const earlier = link?.url === studio.address ? link.project : null;
      const pushed = await pushSheet(studio, sheet, {
        project: options.project ?? earlier,
        annotators: options.annotators,
        onProject: (project) => writeLink(run, sheet.id, { url: studio.address, project }),
        onProgress: (there, of) => {
          if (io.stderr.isTTY === true) io.stderr.write(`\r\u001b[2K${there} of ${of} items`);
        },
      });
      if (io.stderr.isTTY === true) io.stderr.write("\r\u001b[2K");
      const page = `${studio.address}/projects/${pushed.project}`;
      if (options.json === true) {
        io.stdout.write(`${JSON.stringify({ sheet: sheet.id, url: page, ...pushed })}\n`);
        return;
      }
      const known = pushed.known === 0 ? "" : `, ${pushed.known} were there already`;
      io.stdout.write(`${page}: ${pushed.sent} items sent${known}\nnext, when people are done: evalh human pull\n`);
    });
}
