import { Option, type Command } from "commander";

import { runChecks } from "../doctor/checks.ts";
import { installPython } from "../doctor/install-python.ts";
import { ExitCode } from "../io.ts";
import type { CommandContext } from "./index.ts";

interface Options {
  readonly json?: true;
  readonly install?: "python";
}

export function configure(command: Command, { io, finish }: CommandContext): void {
  command
    .option("--json", "print one JSON document")
    .addOption(
      new Option(
        "--install <what>",
        "make what is missing: a Python environment with PyTorch and transformers",
      ).choices(["python"]),
    )
    .action(async (options: Options) => {
      if (options.install !== undefined) await installPython(io);
      const checks = await runChecks(io);
      finish(checks.some(({ ok, importance }) => !ok && importance === "needed") ? ExitCode.usage : ExitCode.pass);
      if (options.json === true) {
        io.stdout.write(`${JSON.stringify(checks, null, 2)}\n`);
        return;
      }
      for (const { ok, importance, name, found, fix } of checks) {
        io.stdout.write(`${ok ? "✓" : importance === "needed" ? "✗" : "–"} ${name.padEnd(22)} ${found}\n`);
        if (!ok && fix !== null) io.stdout.write(`  fix: ${fix}\n`);
      }
    });
}
