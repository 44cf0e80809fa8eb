import { EvalhError } from "../core/errors.ts";
import type { OpenSession } from "../tui/data/session.ts";
import type { ViewName } from "../tui/model/ui-state.ts";
import { loadTerminal, type Shown } from "../tui/terminal.ts";
import { useColor, type CliIo } from "./io.ts";

/** @throws EvalhError E_USAGE where screens cannot be shown */
export function requireScreen(io: CliIo): void {
  const why = whyNoScreen(io);
  if (why === null) return;
  throw new EvalhError("E_USAGE", `the screens need a terminal: ${why}`, {
    hint: "`evalh compare` prints the same as text, `evalh report` writes it as a page",
  });
}

/** Why this terminal cannot show screens; null where it can. */
export function whyNoScreen(io: CliIo): string | null {
  if (io.env["TERM"] === "dumb") return "TERM=dumb says that this terminal cannot be drawn on";
  if (!process.stdin.isTTY) return "standard input is not a terminal";
  return io.stdout.isTTY === true ? null : "standard output is not a terminal";
}

export interface ScreenOptions {
  readonly view: ViewName;
  readonly signal: AbortSignal;
  readonly interrupt: () => "close" | "stay";
}

/** Shows a run on the whole terminal until the user leaves; then the terminal is as it was. */
export async function showScreen(session: OpenSession, io: CliIo, options: ScreenOptions): Promise<Shown> {
  const { showTerminal } = await loadTerminal();
  const shown = await showTerminal(session, {
    ...options,
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    color: useColor(io, io.stdout),
    screenReader: io.env["INK_SCREEN_READER"] === "true",
  });
  // Not every terminal lets a program write to the clipboard: here links can be marked and copied by hand.
  for (const link of new Set(shown.copied)) io.stdout.write(`${link}\n`);
  return shown;
}
