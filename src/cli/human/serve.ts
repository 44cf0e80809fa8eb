import { once } from "node:events";

import type { Command } from "commander";

import { EvalhError, messageOf } from "../../core/errors.ts";
import { serveSheet } from "../../human/server.ts";
import { appendAnswers, loadAnswers, loadSheet } from "../../human/store.ts";
import { lockRun } from "../../run/store/lock.ts";
import { findRun } from "../../run/store/run-folder.ts";
import type { CommandContext } from "../command/index.ts";
import { onInterrupt } from "../interrupt.ts";
import { wholeNumber } from "./whole-number.ts";

interface Options {
  readonly rater: readonly string[];
  readonly sheet?: string;
  readonly port: number;
}

export function configureServe(command: Command, { io }: CommandContext): void {
  command
    .argument("[run]", "a run's folder or the end of its name", "latest")
    .requiredOption("--rater <name...>", "who takes part; everybody gets a link of their own")
    .option("--sheet <id>", "the sheet, where the run has several")
    .option("--port <number>", "the port on 127.0.0.1; any free one by default", wholeNumber("--port"), 0)
    .action(async (wanted: string, options: Options) => {
      const run = await findRun(wanted);
      await using _lock = await lockRun(run);
      const { sheet } = await loadSheet(run, options.sheet);
      using interrupt = onInterrupt(io);
      await using server = await serveSheet({
        sheet,
        raters: [...new Set(options.rater)],
        port: options.port,
        before: await loadAnswers(run, sheet.id),
        save: (answer) => appendAnswers(run, sheet.id, [answer]),
      }).catch((error: unknown) => {
        throw new EvalhError("E_USAGE", `cannot serve on port ${options.port}: ${messageOf(error)}`, { cause: error });
      });
      for (const [rater, link] of server.links) io.stdout.write(`${rater}: ${link}\n`);
      io.stderr.write("answers are stored as they come; Ctrl-C ends\n");
      if (!interrupt.stop.aborted) await once(interrupt.stop, "abort");
    });
}
