import { Argument, type Command } from "commander";

import { bashCompletion } from "../completion/bash.ts";
import { fishCompletion } from "../completion/fish.ts";
import { placesOf, type Place } from "../completion/place.ts";
import { zshCompletion } from "../completion/zsh.ts";
import type { CommandContext } from "./index.ts";

const shells = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
} satisfies Record<string, (places: readonly Place[]) => string>;

export function configure(command: Command, { io, wholeProgram }: CommandContext): void {
  command
    .addArgument(new Argument("<shell>", "whose script to print").choices(Object.keys(shells)))
    .addHelpText(
      "after",
      '\nFor this shell only:\n  eval "$(evalh completion bash)"\n  evalh completion fish | source\n',
    )
    .action(async (shell: keyof typeof shells) => {
      io.stdout.write(shells[shell](placesOf(await wholeProgram())));
    });
}
