import type { Command } from "commander";

/** A command or subcommand, with what may follow it. */
export interface Place {
  /** Names from the root on; empty for the program itself. */
  readonly path: readonly string[];
  readonly commands: readonly Named[];
  readonly flags: readonly Flag[];
  /** What its arguments may be, where that is a short list. */
  readonly choices: readonly string[];
}

interface Named {
  readonly name: string;
  readonly summary: string;
}

export interface Flag {
  /** With its dashes: the long name where there is one. */
  readonly name: string;
  readonly summary: string;
  readonly takesValue: boolean;
  readonly choices: readonly string[];
}

/** Every place of a configured program at which something can be completed, the program first. */
export function placesOf(command: Command, path: readonly string[] = []): readonly Place[] {
  const help = command.createHelp();
  const commands = help.visibleCommands(command).filter((each) => each.name() !== "help");
  const flags = help.visibleOptions(command).flatMap((option): Flag[] => {
    const name = option.long ?? option.short;
    if (name == null) return [];
    const { argChoices: choices = [], description, optional, required } = option;
    return [{ name, summary: description, takesValue: required || optional, choices }];
  });
  const here: Place = {
    path,
    commands: commands.map((each) => ({ name: each.name(), summary: each.description() })),
    flags,
    choices: command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []),
  };
  return [here, ...commands.flatMap((each) => placesOf(each, [...path, each.name()]))];
}

/** Between single quotes, for bash and zsh. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
