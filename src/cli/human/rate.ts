import type { Command } from "commander";

import { wrapText } from "../../../reports/console/text-width.ts";
import { escapeText } from "../../../reports/escape-text.ts";
import type { HumanSheet } from "../../human/sheet.ts";
import { appendAnswers, loadAnswers, loadSheet, type StoredAnswer } from "../../human/store.ts";
import { verdictsOf } from "../../human/verdict.ts";
import { lockRun } from "../../run/store/lock.ts";
import { findRun } from "../../run/store/run-folder.ts";
import type { CommandContext } from "../command/index.ts";
import { onInterrupt } from "../interrupt.ts";
import { columnsOf, ExitCode, useColor, type CliIo } from "../io.ts";
import { keyPresses } from "./key-presses.ts";
import { itemScreen } from "./rate-screen.ts";

interface Options {
  readonly sheet?: string;
  readonly rater: string;
}

export function configureRate(command: Command, { io, finish }: CommandContext): void {
  command
    .argument("[run]", "a run's folder or the end of its name", "latest")
    .requiredOption("--rater <name>", "whose answers these are")
    .option("--sheet <id>", "the sheet, where the run has several")
    .action(async (wanted: string, options: Options) => {
      const run = await findRun(wanted);
      await using _lock = await lockRun(run);
      const { sheet, key } = await loadSheet(run, options.sheet);
      const before = (await loadAnswers(run, sheet.id)).filter(({ rater }) => rater === options.rater);
      using interrupt = onInterrupt(io);
      const session = new RatingSession(sheet, before, io);
      const { rater } = options;
      const isInterrupted = await session.rate(interrupt.stop, (answer) =>
        appendAnswers(run, sheet.id, [{ ...answer, rater, at: new Date().toISOString(), source: "rate" }]),
      );
      const left = sheet.items.length - session.done;
      const kept =
        left === 0 ? "all items are judged; thank you" : `${session.done} answers are kept; ${left} items are left`;
      io.stdout.write(`\n${kept}\n`);
      io.stdout.write(
        left === 0
          ? `next: evalh human stats ${key.run}\n`
          : `go on with: evalh human rate ${key.run} --rater ${rater}\n`,
      );
      if (isInterrupted) finish(interrupt.exitCode() ?? ExitCode.interrupted);
    });
}

type Said = Pick<StoredAnswer, "item" | "value" | "note" | "seconds">;

const CLEAR = "\u001b[H\u001b[2J";
const TEXT_WIDTH = 96;

/** One item after the other, each answer stored before the next is shown; what was answered before is skipped. */
class RatingSession {
  readonly #sheet: HumanSheet;
  readonly #io: CliIo;
  readonly #given: Map<string, Said>;
  /** Positions of what was answered, in order, for undo. */
  readonly #trail: number[] = [];
  #at: number;
  #shownAt = 0;
  #note = "";

  constructor(sheet: HumanSheet, before: readonly Said[], io: CliIo) {
    this.#sheet = sheet;
    this.#io = io;
    this.#given = new Map(before.map((answer) => [answer.item, answer]));
    this.#at = this.#nextOpen(0) ?? sheet.items.length;
  }

  get done(): number {
    return this.#sheet.items.filter(({ id }) => this.#given.has(id)).length;
  }

  /** Returns whether it was interrupted, as against finished or left. */
  async rate(stop: AbortSignal, save: (said: Said) => Promise<void>): Promise<boolean> {
    if (this.#given.size === 0) this.#showGuidelines();
    if (this.#given.size > 0 || !this.#isTerminal()) this.#show();
    let isNoting = false;
    let waitsForKey = this.#given.size === 0 && this.#isTerminal();
    for await (const press of keyPresses(stop)) {
      if (press.kind === "end") return press.by === "interrupt";
      const { key } = press;
      if (isNoting) {
        isNoting = this.#typeNote(key);
        if (!isNoting) this.#show();
        continue;
      }
      if (key === "q") return false;
      if (waitsForKey) {
        waitsForKey = false;
        this.#show();
        continue;
      }
      if (key === "n") {
        isNoting = true;
        this.#note = "";
        this.#io.stdout.write("note (Enter keeps it, Esc drops it): ");
      } else if (key === "?") {
        this.#showGuidelines();
        waitsForKey = this.#isTerminal();
      } else if (await this.#press(key, save)) {
        if (this.#at >= this.#sheet.items.length) return false;
        this.#show();
      }
    }
    return false;
  }

  /** A verdict or a move. Returns whether the key meant something. */
  async #press(key: string, save: (said: Said) => Promise<void>): Promise<boolean> {
    const { items, form } = this.#sheet;
    const item = items[this.#at];
    if (key === "u" || key === "left") this.#at = this.#trail.pop() ?? Math.max(0, this.#at - 1);
    else if (key === "s" || key === "right") this.#at = this.#nextOpen(this.#at + 1) ?? this.#at;
    else {
      const verdict = item && verdictsOf(form, item.answers.length).find((each) => each.key === key);
      if (item === undefined || verdict === undefined) return false;
      const said = this.#saying(item.id, verdict.value);
      await save(said);
      this.#given.set(item.id, said);
      this.#trail.push(this.#at);
      this.#at = this.#nextOpen(this.#at + 1) ?? items.length;
    }
    this.#note = "";
    return true;
  }

  /** A verdict with its note and the time that the item has taken, over all visits. */
  #saying(item: string, value: string): Said {
    const earlier = this.#given.get(item);
    const seconds = (performance.now() - this.#shownAt) / 1000 + (earlier?.seconds ?? 0);
    const note = this.#note || (earlier?.note ?? "");
    return { item, value, seconds: Math.round(10 * seconds) / 10, ...(note === "" ? {} : { note }) };
  }

  /** Takes a key of a note. Returns whether it goes on. */
  #typeNote(key: string): boolean {
    if (key === "return" || key === "enter") return false;
    if (key === "escape") this.#note = "";
    if (key === "escape") return false;
    if (key === "backspace") {
      this.#note = Array.from(this.#note).slice(0, -1).join("");
      if (this.#isTerminal()) this.#io.stdout.write("\b \b");
    } else if (key.length > 0 && !["left", "right"].includes(key)) {
      this.#note += key;
      if (this.#isTerminal()) this.#io.stdout.write(escapeText(key));
    }
    return true;
  }

  /** The first item without an answer from a position on, then from the beginning. */
  #nextOpen(from: number): number | undefined {
    const { items } = this.#sheet;
    const order = [...items.keys()];
    return [...order.slice(from), ...order.slice(0, from)].find((index) => !this.#given.has(items[index]?.id ?? ""));
  }

  #isTerminal(): boolean {
    return this.#io.stdout.isTTY === true && process.stdin.isTTY;
  }

  #show(): void {
    const { items, form } = this.#sheet;
    const item = items[this.#at];
    const { stdout } = this.#io;
    this.#shownAt = performance.now();
    if (item === undefined) return;
    const earlier = this.#given.get(item.id);
    const screen = itemScreen(item, {
      form,
      at: this.#at,
      items: items.length,
      done: this.done,
      given: earlier?.value ?? null,
      note: this.#note || (earlier?.note ?? ""),
      columns: columnsOf(this.#io, stdout),
      color: useColor(this.#io, stdout),
    });
    stdout.write(`${this.#isTerminal() ? CLEAR : "\n"}${screen}`);
  }

  #showGuidelines(): void {
    const { stdout } = this.#io;
    const width = Math.min(columnsOf(this.#io, stdout), TEXT_WIDTH);
    const lines = escapeText(this.#sheet.guidelines, { multiline: true })
      .split("\n")
      .flatMap((line) => wrapText(line, width));
    const go = this.#isTerminal() ? "\n\nany key goes on, q quits" : "";
    stdout.write(`${this.#isTerminal() ? CLEAR : ""}${lines.join("\n")}${go}\n`);
  }
}
