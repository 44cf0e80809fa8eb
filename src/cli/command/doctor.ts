import { Option, type Command } from "commander";

import { escapeText } from "../../../reports/escape-text.ts";
import { runChecks } from "../doctor/checks.ts";
import { installPython } from "../doctor/install-python.ts";
import { serverChecks } from "../doctor/server-checks.ts";
import { ExitCode } from "../io.ts";
import type { ModelFlags } from "../model-override.ts";
import { parseSeconds } from "../parse-seconds.ts";
import type { CommandContext } from "./index.ts";

interface Options extends ModelFlags {
  readonly wait?: number;
  readonly json?: true;
  readonly install?: "python";
}

export function configure(command: Command, { io, finish }: CommandContext): void {
  command
    .option("--json", "print one JSON document")
    .option("--base-url <url>", "look at the server there instead of at this machine")
    .option("--backend <name>", "with --base-url: how to ask it (default: openai)")
    .option("--model <name>", "with --base-url: the name by which it knows the model")
    .option("--option <name=value...>", "with --base-url: options of the backend")
    .option("--wait <seconds>", "with --base-url: how long to wait until it is there", parseSeconds)
    .addOption(
      new Option(
        "--install <what>",
        "make what is missing: a Python environment with PyTorch and transformers",
      ).choices(["python"]),
    )
    .action(async (options: Options) => {
      if (options.install !== undefined) await installPython(io);
      const { wait } = options;
      const onNotice = (message: string): void => void io.stderr.write(`${escapeText(message)}\n`);
      const checks =
        options.baseUrl === undefined
          ? await runChecks(io)
          : await serverChecks({ flags: options, env: io.env, wait, onNotice });
      finish(checks.some(({ ok, importance }) => !ok && importance === "needed") ? ExitCode.usage : ExitCode.pass);
      if (options.json === true) {
        io.stdout.write(`${JSON.stringify(checks, null, 2)}\n`);
        return;
      }
      for (const { ok, importance, name, found, fix } of checks) {
        io.stdout.write(`${ok ? "✓" : importance === "needed" ? "✗" : "–"} ${name.padEnd(22)} ${escapeText(found)}\n`);
        if (!ok && fix !== null) io.stdout.write(`  fix: ${fix}\n`);
      }
    });
}
