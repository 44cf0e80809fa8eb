import { emitKeypressEvents, type Key } from "node:readline";

/** A key: its character, or its name where it has none ("left", "escape", "return", "backspace"). */
export type KeyPress =
  | { readonly kind: "key"; readonly key: string }
  | { readonly kind: "end"; readonly by: "input" | "interrupt" };

/** Single keys from a terminal, single characters from a pipe; ends with the input, Ctrl-C or the signal. */
export async function* keyPresses(stop: AbortSignal): AsyncGenerator<KeyPress> {
  const { stdin } = process;
  const waiting: KeyPress[] = [];
  let wake: (() => void) | null = null;
  const add = (press: KeyPress): void => {
    waiting.push(press);
    wake?.();
  };
  const onKey = (text: string | undefined, key: Key): void => {
    if (key.ctrl === true && (key.name === "c" || key.name === "d")) add({ kind: "end", by: "interrupt" });
    else add({ kind: "key", key: nameOf(text, key) });
  };
  const onEnd = (): void => add({ kind: "end", by: "input" });
  const onStop = (): void => add({ kind: "end", by: "interrupt" });
  emitKeypressEvents(stdin);
  if (stdin.isTTY) stdin.setRawMode(true);
  stdin.on("keypress", onKey).on("end", onEnd).resume();
  stop.addEventListener("abort", onStop);
  try {
    for (;;) {
      const next = waiting.shift();
      if (next === undefined) await new Promise<void>((resolve) => (wake = resolve));
      else {
        yield next;
        if (next.kind === "end") return;
      }
    }
  } finally {
    stop.removeEventListener("abort", onStop);
    stdin.off("keypress", onKey).off("end", onEnd).pause();
    if (stdin.isTTY) stdin.setRawMode(false);
  }
}

const NAMED = new Set(["left", "right", "escape", "return", "enter", "backspace"]);

function nameOf(text: string | undefined, { name }: Key): string {
  return name !== undefined && NAMED.has(name) ? name : (text ?? name ?? "");
}
