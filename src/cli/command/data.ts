import type { Command } from "commander";

import { configureCheck } from "../data/check.ts";
import { configureClean } from "../data/clean.ts";
import { configureDiff } from "../data/diff.ts";
import type { CommandContext } from "./index.ts";

export function configure(command: Command, context: CommandContext): void {
  const add = (name: string, summary: string): Command => {
    const added = command.command(name).description(summary).exitOverride();
    return added.configureOutput(command.configureOutput());
  };
  configureCheck(add("check", "look for what makes scores on these data mislead"), context);
  configureClean(add("clean", "write the data again without what checks found, and a log"), context);
  configureDiff(add("diff", "what changed between two versions of a dataset"), context);
}
