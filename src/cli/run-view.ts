import { Writable } from "node:stream";

import type { RunEvent } from "../core/run-event.ts";
import type { Comparison } from "../compare/comparison.ts";
import type { PreparedRun } from "../run/prepare.ts";
import { openSession, type OpenSession } from "../tui/data/session.ts";
import { compareInThread } from "./compare-thread.ts";
import type { CliIo } from "./io.ts";
import { progress, type Progress } from "./progress.ts";
import { showScreen, whyNoScreen } from "./show-terminal.ts";

/** How a run is watched: as lines that stay, or on the whole terminal. */
export interface RunView extends AsyncDisposable {
  /** What the run writes goes here; while screens show, they take it. */
  readonly io: CliIo;
  show(event: RunEvent): void;
  /** The comparison of the run that has ended, if the view makes one of its own; null otherwise. */
  compared(): Promise<Comparison | null>;
  /** All events came. */
  ended(): Promise<void>;
  /** Waits until the user has left the screens, then prints what was held back. */
  left(): Promise<void>;
}

export async function openRunView(run: PreparedRun, io: CliIo, options: RunViewOptions): Promise<RunView> {
  const { ui } = options;
  const bar = progress(run, io, options);
  const why = ui ? whyNoScreen(io) : null;
  if (why !== null) io.stderr.write(`note: --ui shows plain progress here: ${why}\n`);
  return ui && why === null ? screenView(run, bar, { ...options, io }) : plainView(bar, io);
}

/** The run's own request has them all. */
interface RunViewOptions {
  readonly ui: boolean;
  readonly quiet: boolean;
  readonly base: string | null;
  readonly baseline: string | null;
  readonly isPartial: boolean;
}

function plainView(bar: Progress, io: CliIo): RunView {
  return {
    io,
    show: bar.show,
    compared: () => Promise.resolve(null),
    ended: bar.end,
    left: () => Promise.resolve(),
    [Symbol.asyncDispose]: bar.end,
  };
}

async function screenView(
  { folder }: PreparedRun,
  bar: Progress,
  { io, base, baseline, isPartial }: RunViewOptions & { readonly io: CliIo },
): Promise<RunView> {
  // Fewer samples or tasks are not held against the committed baseline, as in `run` itself.
  const against = isPartial && baseline === null ? false : baseline;
  const session = await openSession(folder, { compareRun: compareInThread(against), base });
  const closing = new AbortController();
  const held: string[] = [];
  let isOpen = true;
  let hasEnded = false;
  const release = (): void => {
    isOpen = false;
    for (const text of held.splice(0)) io.stdout.write(text);
  };
  bar.pause();
  const shown = showScreen(session, io, {
    view: "run",
    signal: closing.signal,
    // While the run goes on, Ctrl-C stops the run as it does without screens; afterwards it only leaves them.
    interrupt: () => (hasEnded ? "close" : (process.kill(process.pid, "SIGINT"), "stay")),
  }).finally(() => {
    release();
    if (!hasEnded) bar.resume();
  });
  // Whoever waits for the screens learns of it; nobody may wait before the run has ended.
  shown.catch(() => undefined);
  const close = async (): Promise<void> => {
    closing.abort();
    await shown.catch(() => undefined);
    await bar.end();
    await session[Symbol.asyncDispose]();
  };
  return {
    io: { ...io, ...heldStreams(io, { session, isOpen: () => isOpen, held }) },
    show: bar.show,
    compared: () => (isOpen ? session.compare(base) : Promise.resolve(null)),
    async ended() {
      hasEnded = true;
      await bar.end();
    },
    async left() {
      await shown;
      await close();
    },
    [Symbol.asyncDispose]: close,
  };
}

interface Held {
  readonly session: OpenSession;
  readonly isOpen: () => boolean;
  /** What was written to standard output meanwhile. */
  readonly held: string[];
}

/** While the screens show, data waits and messages become notes. */
function heldStreams({ stdout, stderr }: CliIo, { session, isOpen, held }: Held): Pick<CliIo, "stdout" | "stderr"> {
  const note = (text: string): void => {
    const trimmed = text.trim();
    if (trimmed !== "") session.note({ kind: "warning", at: new Date().toISOString(), text: trimmed });
  };
  return {
    stdout: redirected(stdout, (text) => void (isOpen() ? held.push(text) : stdout.write(text))),
    stderr: redirected(stderr, (text) => void (isOpen() ? note(text) : stderr.write(text))),
  };
}

/** A stream of the same shape whose text goes elsewhere. */
function redirected(like: CliIo["stdout"], take: (text: string) => void): CliIo["stdout"] {
  const stream = new Writable({
    decodeStrings: false,
    write(chunk: string | Buffer, _encoding, done) {
      take(String(chunk));
      done();
    },
  });
  const size = like.columns === undefined ? {} : { columns: like.columns };
  return Object.assign(stream, { isTTY: like.isTTY === true, ...size });
}
