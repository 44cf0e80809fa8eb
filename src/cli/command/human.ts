import type { Command } from "commander";

import { configureExport } from "../human/export.ts";
import { configureImport } from "../human/import.ts";
import { configurePull } from "../human/pull.ts";
import { configurePush } from "../human/push.ts";
import { configureRate } from "../human/rate.ts";
import { configureServe } from "../human/serve.ts";
import { configureStats } from "../human/stats.ts";
import type { CommandContext } from "./index.ts";

export function configure(command: Command, context: CommandContext): void {
  const add = (name: string, summary: string): Command => {
    const added = command.command(name).description(summary).exitOverride();
    return added.configureOutput(command.configureOutput());
  };
  configureExport(add("export", "draw answers of a run for people to judge, blind"), context);
  configureRate(add("rate", "judge a sheet in the terminal"), context);
  configureServe(add("serve", "judge a sheet in the browser, several people at once"), context);
  configurePush(add("push", "send a sheet to a Label Studio by its API"), context);
  configurePull(add("pull", "fetch what people said in Label Studio"), context);
  configureImport(add("import", "add people's answers to a run"), context);
  configureStats(add("stats", "what people said, how far they agree, and the metrics with them"), context);
}
