import { EvalhError, hasErrno } from "../core/errors.ts";
import type { Session } from "./model/session.ts";
import type { ViewName } from "./model/ui-state.ts";

export interface ShowOptions {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WritableStream;
  readonly color: boolean;
  /** Sentences instead of a drawing, on the terminal's own screen. */
  readonly screenReader: boolean;
  readonly view: ViewName;
  /** Closes the screen. */
  readonly signal: AbortSignal;
  /** Ctrl-C. What it answers decides whether the screen stays. */
  readonly interrupt: () => "close" | "stay";
}

/** How looking at a run ended. */
export interface Shown {
  readonly end: "quit" | "interrupt" | "closed";
  /** Links that were copied: not every terminal lets programs write to the clipboard. */
  readonly copied: readonly string[];
}

/** The screens with Ink and React in one file, made by scripts/bundle-tui.ts. */
export interface TerminalModule {
  readonly showTerminal: (session: Session, options: ShowOptions) => Promise<Shown>;
}

/**
 * Loads the screens: only when they are shown, since Ink and React take longer to load than most commands to run.
 * @throws EvalhError E_MISSING_DEPENDENCY if they were not built
 */
export async function loadTerminal(): Promise<TerminalModule> {
  const bundle = new URL("./terminal.generated.js", import.meta.url);
  try {
    return (await import(bundle.href)) as TerminalModule;
  } catch (error) {
    if (!hasErrno(error, "ERR_MODULE_NOT_FOUND")) throw error;
    throw new EvalhError("E_MISSING_DEPENDENCY", "the terminal screens are not built", {
      hint: "run `npm run bundle` in the sources of evalh",
    });
  }
}
