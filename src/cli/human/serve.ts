import { once } from "node:events";

import type { Command } from "commander";

import { EvalhError, messageOf } from "../../core/errors.ts";
import { serveSheet } from "../../human/server.ts";
import { appendAnswers, loadAnswers, loadSheet } from "../../human/store.ts";
import { lockRun } from "../../run/store/lock.ts";
import { findRun } from "../../run/store/run-folder.ts";
import type { CommandContext } from "../command/index.ts";
import { onInterrupt } from "../interrupt.ts";
import type { CliIo } from "../io.ts";
import { wholeNumber } from "./numbers.ts";

interface Options {
  readonly rater: readonly string[];
  readonly sheet?: string;
  readonly port: number;
  readonly json?: true;
}

export function configureServe(command: Command, { io }: CommandContext): void {
  command
    .argument("[run]", "a run's folder or the end of its name", "latest")
    .requiredOption("--rater <name...>", "who takes part; everybody gets a link of their own")
    .option("--sheet <id>", "the sheet, where the run has several")
    .option(
      "--port <number>",
      "the port on 127.0.0.1; any free one by default. With the same port links stay the same",
      wholeNumber("--port"),
      0,
    )
    .option("--json", "print the links as one line of JSON")
    .action(async (wanted: string, options: Options) => {
      const run = await findRun(wanted);
      await using _lock = await lockRun(run);
      const { sheet, key } = await loadSheet(run, options.sheet);
      const raters = [...new Set(options.rater)];
      const before = await loadAnswers(run, sheet.id);
      const progress = progressOf(raters, { items: sheet.items.length, io });
      for (const { rater, item } of before) progress.count(rater, item);
      using interrupt = onInterrupt(io);
      await using server = await serveSheet({
        sheet,
        secret: key.secret,
        raters,
        port: options.port,
        before,
        save: async (answer) => {
          await appendAnswers(run, sheet.id, [answer]);
          progress.count(answer.rater, answer.item);
          progress.show();
        },
      }).catch((error: unknown) => {
        throw new EvalhError("E_USAGE", `cannot serve on port ${options.port}: ${messageOf(error)}`, { cause: error });
      });
      const links = Object.fromEntries(server.links);
      if (options.json === true) io.stdout.write(`${JSON.stringify({ sheet: sheet.id, links })}\n`);
      else for (const [rater, link] of server.links) io.stdout.write(`${rater}: ${link}\n`);
      io.stderr.write("give everybody their own link; answers are stored as they come; Ctrl-C ends\n");
      progress.show();
      if (!interrupt.stop.aborted) await once(interrupt.stop, "abort");
      io.stderr.write(`\nanswers are kept: evalh human stats ${key.run}\n`);
    });
}

interface Progress {
  count(rater: string, item: string): void;
  show(): void;
}

/** How far everybody is: a line that is written over on a terminal, otherwise a line when somebody is done. */
function progressOf(
  raters: readonly string[],
  { items, io }: { readonly items: number; readonly io: CliIo },
): Progress {
  const done = new Map(raters.map((rater) => [rater, new Set<string>()]));
  const told = new Set<string>();
  return {
    count: (rater, item) => void done.get(rater)?.add(item),
    show() {
      const { stderr } = io;
      const line = [...done].map(([rater, { size }]) => `${rater} ${size}/${items}`).join("  ");
      if (stderr.isTTY === true) stderr.write(`\r\u001b[2K${line}`);
      for (const [rater, { size }] of done) {
        if (size < items || told.has(rater)) continue;
        told.add(rater);
        if (stderr.isTTY !== true) stderr.write(`${rater} has judged all ${items} items\n`);
      }
    },
  };
}
