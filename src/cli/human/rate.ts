import { emitKeypressEvents } from "node:readline";

import type { Command } from "commander";

import { verdicts, type HumanItem, type HumanSheet } from "../../human/sheet.ts";
import { appendAnswers, loadAnswers, loadSheet } from "../../human/store.ts";
import { lockRun } from "../../run/store/lock.ts";
import { findRun } from "../../run/store/run-folder.ts";
import type { CommandContext } from "../command/index.ts";
import type { CliIo } from "../io.ts";

interface Options {
  readonly sheet?: string;
  readonly rater: string;
}

export function configureRate(command: Command, { io }: CommandContext): void {
  command
    .argument("[run]", "a run's folder or the end of its name", "latest")
    .requiredOption("--rater <name>", "whose answers these are")
    .option("--sheet <id>", "the sheet, where the run has several")
    .action(async (wanted: string, options: Options) => {
      const run = await findRun(wanted);
      await using _lock = await lockRun(run);
      const { sheet } = await loadSheet(run, options.sheet);
      const before = (await loadAnswers(run, sheet.id)).filter(({ rater }) => rater === options.rater);
      const done = new Map(before.map(({ item, value }) => [item, value]));
      await rate(sheet, done, {
        io,
        save: async (item, value, seconds) =>
          appendAnswers(run, sheet.id, [
            { item, value, seconds, rater: options.rater, at: new Date().toISOString(), source: "rate" },
          ]),
      });
    });
}

interface RateContext {
  readonly io: CliIo;
  readonly save: (item: string, value: string, seconds: number) => Promise<void>;
}

/** One item after the other, each answer stored before the next is shown; what was answered before is skipped. */
async function rate(
  { items, form, guidelines }: HumanSheet,
  done: Map<string, string>,
  { io, save }: RateContext,
): Promise<void> {
  const options = verdicts[form];
  const keys = options.map((value, index) => `${index + 1} ${value.replace("_", " ")}`).join("   ");
  io.stdout.write(`${guidelines}\n`);
  // Undo goes back along what was answered or skipped to, so that it also reaches answers of an earlier session.
  let at = items.findIndex(({ id }) => !done.has(id));
  const show = (): void => {
    const item = items[at];
    if (item !== undefined)
      io.stdout.write(itemText(item, `${done.size} of ${items.length} done`, `${keys}   u undo   q quit`));
  };
  show();
  let shownAt = performance.now();
  if (at < 0) at = items.length;
  for await (const key of keyPresses()) {
    const value = options[Number(key) - 1];
    const item = items[at];
    if (key === "q") break;
    if (key === "u") at = Math.max(0, at - 1);
    else if (value !== undefined && item !== undefined) {
      await save(item.id, value, Math.round((performance.now() - shownAt) / 100) / 10);
      done.set(item.id, value);
      at++;
      while (items[at] !== undefined && done.has(items[at]?.id ?? "")) at++;
    } else continue;
    if (at >= items.length) break;
    show();
    shownAt = performance.now();
  }
  const left = items.length - done.size;
  io.stdout.write(
    left === 0 ? "\nall items are judged; thank you\n" : `\n${done.size} answers are kept; ${left} items are left\n`,
  );
}

function itemText({ prompt, reference, answers }: HumanItem, progress: string, keys: string): string {
  const parts = [`\n── ${progress} ──`, printable(prompt)];
  if (reference !== null) parts.push(`A right answer: ${printable(reference)}`);
  for (const [index, answer] of answers.entries()) {
    parts.push(`${answers.length === 1 ? "Answer" : `Answer ${"AB"[index] ?? ""}`}:\n${printable(answer)}`);
  }
  return `${parts.join("\n\n")}\n\n${keys}\n`;
}

/** Text without control characters: an answer must not be able to steer the terminal. */
function printable(text: string): string {
  return text.replaceAll(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/gu, "\uFFFD");
}

/** Single keys from a terminal, single characters from a pipe; ends with the input or Ctrl-C. */
async function* keyPresses(): AsyncGenerator<string> {
  const { stdin } = process;
  const waiting: string[] = [];
  let wake: (() => void) | null = null;
  let ended = false;
  const onKey = (text: string | undefined, key: { readonly name?: string; readonly ctrl?: boolean }): void => {
    if (key.ctrl === true && (key.name === "c" || key.name === "d")) ended = true;
    else waiting.push(text ?? key.name ?? "");
    wake?.();
  };
  const onEnd = (): void => {
    ended = true;
    wake?.();
  };
  emitKeypressEvents(stdin);
  if (stdin.isTTY) stdin.setRawMode(true);
  stdin.on("keypress", onKey).on("end", onEnd).resume();
  try {
    for (;;) {
      const next = waiting.shift();
      if (next !== undefined) yield next;
      else if (ended) return;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    stdin.off("keypress", onKey).off("end", onEnd).pause();
    if (stdin.isTTY) stdin.setRawMode(false);
  }
}
