import { EvalhError } from "../../core/errors.ts";
import { isJsonObject, type JsonObject } from "../../core/json.ts";
import type { HumanItem, HumanSheet } from "../sheet.ts";
import type { ExchangeFormat } from "./exchange-format.ts";
import { jsonLines, listAt, objectAt, textOf } from "./json-value.ts";
import { prodigyAnswer } from "./prodigy.ts";

function side(items: readonly HumanItem[], index: number): string {
  return items
    .map(({ id, prompt, reference, answers }) => {
      const input = reference === null ? prompt : `${prompt}\n\nReference: ${reference}`;
      return `${JSON.stringify({ id, input: { text: input }, output: { text: answers[index] ?? "" } })}\n`;
    })
    .join("");
}

function write({ form, items }: HumanSheet): { suffix: string; text: string }[] {
  if (form !== "pairwise") {
    throw new EvalhError("E_USAGE", `prodigy-compare shows pairs, and the form is ${form}`, {
      hint: "use --format prodigy",
    });
  }
  return [
    { suffix: ".prodigy-a.jsonl", text: side(items, 0) },
    { suffix: ".prodigy-b.jsonl", text: side(items, 1) },
  ];
}

/** The file, A or B, that the rater preferred; null where none was: Prodigy swaps them once more and says so in `mapping`. */
function preferred(record: JsonObject): string | null {
  const answer = textOf(record["answer"]);
  const chosen = textOf(listAt(record, "accept")[0]);
  const mapping = objectAt(record, "mapping");
  if (chosen !== null) return answer === "accept" ? (textOf(mapping[chosen]) ?? chosen) : null;
  if (answer !== "accept" && answer !== "reject") return null;
  return Object.entries(mapping).find(([, shown]) => shown === answer)?.[0] ?? null;
}

/**
 * Prodigy's `compare` recipe: one file a side, joined by `id`; back what `prodigy db-out` gives. It knows no ties: what a
 * rater ignores is left out.
 */
export const prodigyCompare: ExchangeFormat = {
  summary: "Prodigy: two files for the compare recipe (pairs); back the output of db-out",
  write,
  read: (text) =>
    jsonLines(text).flatMap(({ value: record, line }) => {
      if (!isJsonObject(record) || !("answer" in record)) throw new Error(`line ${line} has no "answer"`);
      const value = preferred(record);
      if (value === null) return [];
      return [prodigyAnswer({ evalh_id: record["id"] ?? null, ...record }, { value, where: `line ${line}` })];
    }),
};
