import { execFileSync, spawnSync } from "node:child_process";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

export const hasTmux = spawnSync("tmux", ["-V"]).status === 0;

export interface TerminalOptions {
  readonly cwd: string;
  readonly args: readonly string[];
  readonly columns?: number;
  readonly rows?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** The real command line in a real pseudo-terminal, looked at through tmux; gone when out of scope. */
export interface PseudoTerminal extends Disposable {
  /** Keys by tmux's names: "j", "Enter", "C-c". */
  keys(...names: readonly string[]): Promise<void>;
  resize(columns: number, rows: number): void;
  /** What stands on the screen. */
  screen(): string;
  /** The same with colour codes. */
  coloured(): string;
  /** A variable of tmux's, for example "alternate_on", "pane_title", "cursor_flag". */
  fact(name: string): string;
  /** The screen once it shows something; throws with what it shows instead. */
  shows(what: RegExp | string): Promise<string>;
  /** The screen once the program has ended; ends with its exit code, as "ended 0". */
  ended(): Promise<string>;
}

export function pseudoTerminal({ cwd, args, columns = 100, rows = 30, env = {} }: TerminalOptions): PseudoTerminal {
  // A server of its own: no settings of the user's, and nothing of theirs is touched.
  const socket = `evalh-test-${process.pid}-${Math.random().toString(36).slice(2)}`;
  const tmux = (...parts: readonly string[]): string =>
    execFileSync("tmux", ["-L", socket, "-f", "/dev/null", ...parts], { encoding: "utf8" });
  const words = [process.execPath, main, ...args].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
  const settings = Object.entries({ NO_COLOR: "", ...env }).map(([name, value]) => `${name}='${value}'`);
  const size = ["-x", String(columns), "-y", String(rows)];
  const shell = `cd '${cwd}'; echo before; env ${settings.join(" ")} ${words}; echo ended $?; exec sleep 1000`;
  tmux("new-session", "-d", ...size, shell);
  const screen = (): string => tmux("capture-pane", "-p");
  const shows = async (what: RegExp | string): Promise<string> => {
    const holds = (text: string): boolean => (typeof what === "string" ? text.includes(what) : what.test(text));
    for (let wait = 0; wait < 200; wait++) {
      const text = screen();
      if (holds(text)) return text;
      await setTimeout(100);
    }
    throw new Error(`the screen never showed ${String(what)}, but\n${screen()}`);
  };
  return {
    async keys(...names) {
      for (const name of names) {
        tmux("send-keys", name);
        // An escape character right before another key is taken for one sequence.
        await setTimeout(60);
      }
    },
    resize: (width, height) => void tmux("resize-window", "-x", String(width), "-y", String(height)),
    screen,
    coloured: () => tmux("capture-pane", "-p", "-e"),
    fact: (name) => tmux("display-message", "-p", `#{${name}}`).trim(),
    shows,
    ended: () => shows(/ended \d+/u),
    [Symbol.dispose]: () => void tmux("kill-server"),
  };
}
