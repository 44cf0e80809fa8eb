import { createHash } from "node:crypto";

import { EvalhError, messageOf } from "../core/errors.ts";
import { formats, type FormatName } from "./format/index.ts";
import type { RawAnswer } from "./format/exchange-format.ts";
import { appendAnswers, loadAnswers, type StoredAnswer, type StoredSheet } from "./store.ts";
import { normalVerdict, verdictsOf } from "./verdict.ts";

/** What came of an import. */
export interface Imported {
  readonly added: number;
  /** Answers that were there already, word for word. */
  readonly known: number;
  /** Answers that took the place of another one of the same rater, under `keep: "last"`. */
  readonly replaced: number;
  /** Answers that are older than what the same rater has said since, under `keep: "last"`. */
  readonly outdated: number;
  readonly raters: readonly string[];
}

/** Answers from elsewhere, and where they are to go. */
export interface AnswersToAdd {
  readonly run: string;
  readonly stored: StoredSheet;
  readonly raw: readonly RawAnswer[];
  /** A file or an address, for messages. */
  readonly from: string;
  /** Kept with each answer. */
  readonly source: string;
  /** Whose answers these are where they do not say. */
  readonly rater?: string;
  /** What to do with two different answers of one rater to one item. */
  readonly keep: "refuse" | "last";
}

export interface ImportRequest extends Omit<AnswersToAdd, "raw" | "from" | "source"> {
  readonly file: { readonly path: string; readonly text: string };
  readonly format: FormatName;
}

/** So many mistakes are named. */
const MOST_NAMED = 5;

/** Adds a file's answers to a sheet; see `addAnswers`. */
export async function importAnswers({ file, format, ...request }: ImportRequest): Promise<Imported> {
  let raw: readonly RawAnswer[];
  try {
    raw = (await formats[format]()).read(file.text, request.stored.key.form);
  } catch (error) {
    throw new EvalhError("E_USAGE", `${file.path} is not an export of ${format}: ${messageOf(error)}`, {
      place: { file: file.path },
      hint: "name the right one with --format",
      cause: error,
    });
  }
  const source = createHash("sha256").update(file.text).digest("hex");
  return addAnswers({ ...request, raw, from: file.path, source });
}

/**
 * Adds answers to a sheet: all of them or, where one cannot be right, none. An answer that is there already counts once,
 * so that the same ones may come twice. Nothing that is stored is overwritten: a later answer is added and counts.
 * @throws EvalhError E_USAGE naming ids that are not of this sheet, values that the form does not have, answers without
 *   a rater, and contradictions
 */
export async function addAnswers(request: AnswersToAdd): Promise<Imported> {
  const { run, stored, raw } = request;
  refuse(request, mistakes(request));
  const latest = new Map((await loadAnswers(run, stored.key.id)).map((answer) => [keyOf(answer), answer]));
  const added = new Map<string, StoredAnswer>();
  const shown = shownAnswers(stored);
  const contradictions: string[] = [];
  const counts = { known: 0, replaced: 0, outdated: 0 };
  for (const each of inOrder(raw)) {
    const answer = toAnswer(each, request, shown);
    const earlier = latest.get(keyOf(answer));
    if (earlier?.value === answer.value && (earlier.note ?? "") === (answer.note ?? "")) {
      counts.known++;
      continue;
    }
    if (earlier !== undefined) {
      const what = `${each.where}: ${answer.rater} says ${answer.value} of ${answer.item}, and said ${earlier.value} before`;
      contradictions.push(what);
      if (isOlder(answer, earlier)) {
        counts.outdated++;
        continue;
      }
      counts.replaced++;
    }
    latest.set(keyOf(answer), answer);
    added.set(keyOf(answer), answer);
  }
  if (request.keep === "refuse") refuse(request, contradictions, "import with --keep last to let the last one count");
  if (added.size > 0) await appendAnswers(run, stored.key.id, [...added.values()]);
  const raters = [...new Set(raw.map(({ rater }) => raterOf(rater, request)))].toSorted((a, b) => (a < b ? -1 : 1));
  return { added: added.size, ...counts, raters };
}

const keyOf = ({ rater, item }: { readonly rater: string; readonly item: string }): string => `${rater}\n${item}`;

function mistakes({ raw, stored, rater }: AnswersToAdd): string[] {
  const { id, form, entries } = stored.key;
  const shown = shownAnswers(stored);
  return raw.flatMap((answer) => {
    const { item, where, value } = answer;
    if (item === null) return [`${where}: no id`];
    if (!Object.hasOwn(entries, item)) {
      return [
        `${where}: ${JSON.stringify(item)} is ${item.startsWith(`${id}-`) ? "an edited id" : "of another export"}`,
      ];
    }
    const count = shown.get(item) ?? 1;
    if (normalVerdict(value, form, count) === null) {
      const allowed = verdictsOf(form, count).map((verdict) => verdict.value);
      return [`${where}: ${JSON.stringify(value)} is none of ${allowed.join(", ")}`];
    }
    return answer.rater === "" && rater === undefined
      ? [`${where}: does not say whose answer it is (use --rater)`]
      : [];
  });
}

/** Item → how many answers it shows. */
function shownAnswers({ sheet }: StoredSheet): Map<string, number> {
  return new Map(sheet.items.map(({ id, answers }) => [id, answers.length]));
}

function refuse({ from }: AnswersToAdd, found: readonly string[], hint = "nothing was imported"): void {
  if (found.length === 0) return;
  const more = found.length > MOST_NAMED ? `; and ${found.length - MOST_NAMED} more` : "";
  const count = found.length === 1 ? "an answer cannot be imported" : `${found.length} answers cannot be imported`;
  throw new EvalhError("E_USAGE", `${count}: ${found.slice(0, MOST_NAMED).join("; ")}${more}`, {
    place: { file: from },
    hint,
  });
}

/** By time where every answer has one, otherwise as they stand in the file. */
function inOrder(raw: readonly RawAnswer[]): readonly RawAnswer[] {
  const timed = raw.every(({ at }) => at !== undefined && !Number.isNaN(Date.parse(at)));
  return timed ? raw.toSorted((a, b) => Date.parse(a.at ?? "") - Date.parse(b.at ?? "")) : raw;
}

/** Whether it was given before another one, as far as both say when. */
function isOlder(answer: StoredAnswer, than: StoredAnswer): boolean {
  return Date.parse(answer.at ?? "") < Date.parse(than.at ?? "");
}

function raterOf(rater: string, request: AnswersToAdd): string {
  return rater === "" ? (request.rater ?? "") : rater;
}

function toAnswer(raw: RawAnswer, request: AnswersToAdd, shown: ReadonlyMap<string, number>): StoredAnswer {
  const { where: _where, ...said } = raw;
  const item = raw.item ?? "";
  const value = normalVerdict(raw.value, request.stored.key.form, shown.get(item) ?? 1) ?? raw.value;
  return { ...said, item, rater: raterOf(raw.rater, request), value, source: request.source };
}
