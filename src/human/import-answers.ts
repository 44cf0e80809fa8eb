import { createHash } from "node:crypto";

import { EvalhError, messageOf } from "../core/errors.ts";
import { formats, type FormatName } from "./format/index.ts";
import type { RawAnswer } from "./format/exchange-format.ts";
import { verdicts } from "./sheet.ts";
import { appendAnswers, loadAnswers, type StoredAnswer, type StoredSheet } from "./store.ts";

/** What came of an import. */
export interface Imported {
  readonly added: number;
  /** Answers that were there already, word for word. */
  readonly known: number;
  /** Answers that took the place of another one of the same rater, under `keep: "last"`. */
  readonly replaced: number;
  readonly raters: readonly string[];
}

export interface ImportRequest {
  readonly run: string;
  readonly stored: StoredSheet;
  readonly file: { readonly path: string; readonly text: string };
  readonly format: FormatName;
  /** Whose answers these are where the file does not say. */
  readonly rater?: string;
  /** What to do with two different answers of one rater to one item. */
  readonly keep: "refuse" | "last";
}

/** So many mistakes are named. */
const MOST_NAMED = 5;

/**
 * Adds a file's answers to a sheet: all of them or, where one cannot be right, none. An answer that is there already
 * counts once, so that the same file may be imported twice. Nothing that is stored is overwritten: a later answer is
 * added and the last one counts.
 * @throws EvalhError E_USAGE naming ids that are not of this sheet, values that the form does not have, answers without
 *   a rater, and contradictions
 */
export async function importAnswers(request: ImportRequest): Promise<Imported> {
  const { run, stored, file } = request;
  const raw = await readRaw(request);
  refuse(file.path, mistakes(raw, request));
  const source = createHash("sha256").update(file.text).digest("hex");
  const before = new Map((await loadAnswers(run, stored.key.id)).map((answer) => [keyOf(answer), answer]));
  const added = new Map<string, StoredAnswer>();
  const contradictions: string[] = [];
  const counts = { known: 0, replaced: 0 };
  for (const each of inOrder(raw)) {
    const answer = toAnswer(each, request, source);
    const earlier = added.get(keyOf(answer)) ?? before.get(keyOf(answer));
    if (earlier?.value === answer.value && (earlier.note ?? "") === (answer.note ?? "")) {
      counts.known++;
      continue;
    }
    if (earlier !== undefined) {
      const what = `${each.where}: ${answer.rater} says ${answer.value} of ${answer.item}, and said ${earlier.value} before`;
      contradictions.push(what);
      counts.replaced++;
    }
    added.set(keyOf(answer), answer);
  }
  if (request.keep === "refuse") refuse(file.path, contradictions, "import with --keep last to let the last one count");
  if (added.size > 0) await appendAnswers(run, stored.key.id, [...added.values()]);
  const raters = [...new Set(raw.map(({ rater }) => raterOf(rater, request)))].toSorted((a, b) => (a < b ? -1 : 1));
  return { added: added.size, ...counts, raters };
}

const keyOf = ({ rater, item }: { readonly rater: string; readonly item: string }): string => `${rater}\n${item}`;

async function readRaw({ file, format, stored }: ImportRequest): Promise<readonly RawAnswer[]> {
  try {
    return (await formats[format]()).read(file.text, stored.key.form);
  } catch (error) {
    throw new EvalhError("E_USAGE", `${file.path} is not an export of ${format}: ${messageOf(error)}`, {
      place: { file: file.path },
      hint: "name the right one with --format",
      cause: error,
    });
  }
}

function mistakes(raw: readonly RawAnswer[], { stored, rater }: ImportRequest): string[] {
  const { id, form, entries } = stored.key;
  return raw.flatMap((answer) => {
    const { item, where, value } = answer;
    if (item === null) return [`${where}: no id`];
    if (!Object.hasOwn(entries, item)) {
      return [
        `${where}: ${JSON.stringify(item)} is ${item.startsWith(`${id}-`) ? "an edited id" : "of another export"}`,
      ];
    }
    if (normalValue(value, form) === null)
      return [`${where}: ${JSON.stringify(value)} is none of ${verdicts[form].join(", ")}`];
    return answer.rater === "" && rater === undefined
      ? [`${where}: does not say whose answer it is (use --rater)`]
      : [];
  });
}

function refuse(file: string, found: readonly string[], hint = "nothing was imported"): void {
  if (found.length === 0) return;
  const more = found.length > MOST_NAMED ? `; and ${found.length - MOST_NAMED} more` : "";
  const message = `${found.length} answers cannot be imported: ${found.slice(0, MOST_NAMED).join("; ")}${more}`;
  throw new EvalhError("E_USAGE", message, { place: { file }, hint });
}

/** The verdict that is meant, whatever its case; null for none. */
export function normalValue(value: string, form: StoredSheet["key"]["form"]): string | null {
  const folded = value.trim().toLowerCase().replaceAll(/[\s-]/gu, "_");
  return verdicts[form].find((verdict) => verdict.toLowerCase() === folded) ?? null;
}

/** By time where every answer has one, otherwise as they stand in the file. */
function inOrder(raw: readonly RawAnswer[]): readonly RawAnswer[] {
  const timed = raw.every(({ at }) => at !== undefined && !Number.isNaN(Date.parse(at)));
  return timed ? raw.toSorted((a, b) => Date.parse(a.at ?? "") - Date.parse(b.at ?? "")) : raw;
}

function raterOf(rater: string, request: ImportRequest): string {
  return rater === "" ? (request.rater ?? "") : rater;
}

function toAnswer(raw: RawAnswer, request: ImportRequest, source: string): StoredAnswer {
  const { where: _where, ...said } = raw;
  const value = normalValue(raw.value, request.stored.key.form) ?? raw.value;
  return { ...said, item: raw.item ?? "", rater: raterOf(raw.rater, request), value, source };
}
