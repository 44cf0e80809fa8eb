import { once } from "node:events";

import type { Command } from "commander";

import { serveView } from "../../../reports/html/serve/server.ts";
import { buildComparison } from "../../compare/compare.ts";
import { EvalhError, messageOf } from "../../core/errors.ts";
import { findRun } from "../../run/store/run-folder.ts";
import { BASELINE_HELP, loadBaseline } from "../baseline-option.ts";
import { onInterrupt } from "../interrupt.ts";
import { hasDesktop, openBrowser } from "../open-browser.ts";
import { wholeNumber } from "../human/numbers.ts";
import type { CommandContext } from "./index.ts";

interface Options {
  readonly port: number;
  readonly open: boolean;
  readonly base?: string;
  readonly baseline?: string;
}

export function configure(command: Command, { io, finish }: CommandContext): void {
  command
    .argument("[run]", "a run's folder or the end of its name", "latest")
    .option("--port <number>", "the port on 127.0.0.1; any free one by default", wholeNumber("--port"), 0)
    .option("--no-open", "only print the address")
    .option("--base <checkpoint>", "take differences against this checkpoint instead of the one to ship")
    .option("--baseline <baseline>", BASELINE_HELP)
    .addHelpText("after", "\nThe run may be of any size, and may still be going on. Ctrl-C ends.\n")
    .action(async (wanted: string, options: Options) => {
      const { base } = options;
      using interrupt = onInterrupt(io, null);
      await using server = await serveView({
        folder: await findRun(wanted),
        port: options.port,
        onProblem: (message) => io.stderr.write(`warning: ${message}\n`),
        compare: async (data) => {
          const baseline = await loadBaseline(options.baseline, data.manifest.suite.name);
          return buildComparison(data, { baseline, ...(base === undefined ? {} : { base }) });
        },
      }).catch((error: unknown) => {
        if (error instanceof EvalhError) throw error;
        throw new EvalhError("E_USAGE", `cannot serve on port ${options.port}: ${messageOf(error)}`, {
          hint: "leave --port out for any free one",
          cause: error,
        });
      });
      io.stdout.write(`${server.url}\n`);
      if (options.open && hasDesktop(io.env)) openBrowser(server.url);
      io.stderr.write("shown on this machine only, to whoever has the address; Ctrl-C ends\n");
      if (!interrupt.stop.aborted) await once(interrupt.stop, "abort");
      finish(interrupt.exitCode() ?? 0);
    });
}
