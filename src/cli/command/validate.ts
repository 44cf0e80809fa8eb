import type { Command } from "commander";

import { loadSuite } from "../../suite/load.ts";
import { locateSuite } from "../locate-suite.ts";
import type { CommandContext } from "./index.ts";

export function configure(command: Command, { io }: CommandContext): void {
  command
    .argument("<suite>", "a suite file, a folder with a suite.yaml, or the name of one that ships")
    .option("--allow-outside", "let the suite read files outside its folder")
    .option("--json", "print the suite as it was understood, defaults filled in")
    .action(async (wanted: string, options: { readonly allowOutside?: true; readonly json?: true }) => {
      const path = await locateSuite(wanted);
      const suite = await loadSuite(path, { allowOutside: options.allowOutside === true });
      if (options.json === true) {
        io.stdout.write(`${JSON.stringify(suite, null, 2)}\n`);
        return;
      }
      const tasks = suite.tasks.map(
        (task) => `${task.name} (${task.kind}: ${task.judges.map(({ name }) => name).join(", ")})`,
      );
      io.stdout.write(
        `ok: ${path}\n  tasks: ${tasks.join("; ")}\n  models: ${suite.models.map((model) => `${model.name} (${model.backend})`).join("; ")}\n`,
      );
    });
}
