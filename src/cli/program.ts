import { Command, CommanderError } from "commander";

import { commands, type CommandContext } from "./command/index.ts";
import { describeFailure } from "./failure.ts";
import { ExitCode, type CliIo } from "./io.ts";
import { version } from "./version.ts";

/**
 * Runs one command line and returns the exit code. Only the command that is named is loaded, so that `--help` and
 * `--version` cost next to nothing.
 */
export async function runCli(argv: readonly string[], io: CliIo): Promise<number> {
  const result: { exitCode: number } = { exitCode: ExitCode.pass };
  const program = new Command("evalh")
    .description("Evaluate every checkpoint of a fine-tune: scores with error bars, overfitting, reports, CI gates.")
    .version(version(), "-V, --version")
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput({ writeOut: (text) => io.stdout.write(text), writeErr: (text) => io.stderr.write(text) })
    .addHelpText(
      "after",
      "\nStart here:\n  evalh run icd-coding     evaluate the suite that ships with evalh\n  evalh init               write a suite for your own data and checkpoints\n",
    );
  const named = argv.find((argument) => !argument.startsWith("-") && argument !== "help");
  const unloaded: (() => Promise<void>)[] = [];
  const context: CommandContext = {
    io,
    finish: (code) => (result.exitCode = code),
    wholeProgram: async () => {
      for (const load of unloaded.splice(0)) await load();
      return program;
    },
  };
  for (const [name, entry] of Object.entries(commands)) {
    const command = program.command(name).description(entry.summary).exitOverride();
    command.configureOutput(program.configureOutput());
    const load = async (): Promise<void> => (await entry.load()).configure(command, context);
    if (name === named) await load();
    else unloaded.push(load);
  }
  if (argv.length === 0) {
    io.stdout.write(program.helpInformation());
    return ExitCode.pass;
  }
  try {
    await program.parseAsync(argv, { from: "user" });
    return result.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.pass : ExitCode.usage;
    const failure = describeFailure(error);
    io.stderr.write(failure.text);
    return failure.exitCode;
  }
}
