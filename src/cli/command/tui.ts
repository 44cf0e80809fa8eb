import type { Command } from "commander";

import { findRun } from "../../run/store/run-folder.ts";
import { openSession } from "../../tui/data/session.ts";
import { BASELINE_HELP } from "../baseline-option.ts";
import { compareInThread } from "../compare-thread.ts";
import { ExitCode } from "../io.ts";
import { requireScreen, showScreen } from "../show-terminal.ts";
import type { CommandContext } from "./index.ts";

export function configure(command: Command, { io, finish }: CommandContext): void {
  command
    .argument("[run]", "a run's folder or the end of its name", "latest")
    .option("--base <checkpoint>", "take differences against this checkpoint instead of the one to ship")
    .option("--baseline <baseline>", BASELINE_HELP)
    .addHelpText("after", "\nThe run may still be going on, in another terminal. ? shows the keys, q leaves.\n")
    .action(async (wanted: string, { base, baseline }: { readonly base?: string; readonly baseline?: string }) => {
      requireScreen(io);
      await using session = await openSession(await findRun(wanted), {
        compareRun: compareInThread(baseline ?? null),
        base: base ?? null,
      });
      const closing = new AbortController();
      const { end } = await showScreen(session, io, {
        view: "run",
        signal: closing.signal,
        interrupt: () => "close",
      });
      if (end === "interrupt") finish(ExitCode.interrupted);
    });
}
