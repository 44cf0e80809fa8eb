import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { render, type Instance } from "ink";

import { plural } from "../../../reports/number-format.ts";
import { messageOf } from "../../core/errors.ts";
import { queueSample } from "../../human/queue.ts";
import type { Session } from "../model/session.ts";
import { FIRST_STATE } from "../model/ui-state.ts";
import type { Effect } from "../screen/open-view.ts";
import type { ShowOptions, Shown } from "../terminal.ts";
import { App } from "./app.tsx";
import { terminalStore, type TerminalStore } from "./terminal-store.ts";

/** More frames a second are not seen, and cost. */
const MOST_FRAMES = 15;

/** Shows a run on the whole terminal until the user leaves or `signal` aborts; then the terminal is as it was. */
export async function showTerminal(session: Session, options: ShowOptions): Promise<Shown> {
  const copied: string[] = [];
  let end: Shown["end"] = "closed";
  let app: Instance | null = null;
  const close = (reason: Shown["end"]): void => {
    end = reason;
    app?.unmount();
  };
  const store: TerminalStore = terminalStore(session, {
    first: { ...FIRST_STATE, view: options.view },
    effect: (effect) => perform(effect, { session, options, store, close, copied }),
  });
  app = render(<App store={store} color={options.color} />, {
    stdin: options.stdin,
    stdout: options.stdout,
    stderr: options.stderr,
    exitOnCtrlC: false,
    patchConsole: false,
    interactive: true,
    alternateScreen: !options.screenReader,
    isScreenReaderEnabled: options.screenReader,
    incrementalRendering: true,
    maxFps: MOST_FRAMES,
  });
  const abort = (): void => close("closed");
  options.signal.addEventListener("abort", abort, { once: true });
  if (options.signal.aborted) abort();
  try {
    await app.waitUntilExit();
  } finally {
    options.signal.removeEventListener("abort", abort);
    store.close();
  }
  return { end, copied };
}

interface World {
  readonly session: Session;
  readonly options: ShowOptions;
  readonly store: TerminalStore;
  readonly close: (reason: Shown["end"]) => void;
  readonly copied: string[];
}

function perform(effect: Effect, { session, options, store, close, copied }: World): void {
  switch (effect.kind) {
    case "quit":
      close("quit");
      break;
    case "interrupt":
      if (options.interrupt() === "close") close("interrupt");
      break;
    case "compare":
      session.compare(effect.base);
      break;
    case "copy": {
      const report = join(session.snapshot().folder, "report.html");
      const link = pathToFileURL(report).href + effect.fragment;
      copied.push(link);
      options.stdout.write(clipboard(link));
      store.say(
        existsSync(report)
          ? `link copied: report.html${effect.fragment}`
          : "link copied; `evalh report` writes the report it leads to",
      );
      break;
    }
    case "queue":
      void queueSample(session.snapshot().folder, effect).then(
        (count) =>
          store.say(`${plural(count, "sample")} for people: \`evalh human export --queue\` makes a sheet of them`),
        (error: unknown) => store.say(messageOf(error)),
      );
      break;
    default:
      effect satisfies never;
  }
}

/** Asks the terminal to put text on the clipboard (xterm's OSC 52), which works over ssh as well. */
function clipboard(text: string): string {
  return `\u001b]52;c;${Buffer.from(text).toString("base64")}\u0007`;
}
