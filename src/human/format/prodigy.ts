import { isJsonObject, type JsonObject } from "../../core/json.ts";
import type { HumanForm, HumanItem } from "../sheet.ts";
import { answerNames, verdictsOf } from "../verdict.ts";
import type { ExchangeFormat, RawAnswer } from "./exchange-format.ts";
import { details, jsonLines, listAt, textOf } from "./json-value.ts";

function task({ id, prompt, reference, answers }: HumanItem, form: HumanForm): object {
  const context = reference === null ? prompt : `${prompt}\n\nReference: ${reference}`;
  const names = answerNames(answers.length);
  const options = verdictsOf(form, answers.length).map(({ value, label }) => {
    const shown = answers.length > 1 ? answers[names.indexOf(value)] : undefined;
    return { id: value, text: shown === undefined ? label : `${value}: ${shown}` };
  });
  const [a = ""] = answers;
  return { evalh_id: id, text: answers.length > 1 ? context : `${context}\n\nAnswer: ${a}`, options };
}

/** What every record of Prodigy has besides its verdict. */
export function prodigyAnswer(
  record: JsonObject,
  about: { readonly value: string; readonly where: string },
): RawAnswer {
  const rater = textOf(record["_annotator_id"] ?? record["_session_id"]) ?? "";
  const seconds = record["_timestamp"];
  const at = typeof seconds === "number" ? new Date(seconds * 1000).toISOString() : undefined;
  return { item: textOf(record["evalh_id"]), rater, ...about, ...details({ note: record["note"], at }) };
}

/** Prodigy's `choice` interface: tasks with options, back what `prodigy db-out` gives. Always `text`, never `html`. */
export const prodigy: ExchangeFormat = {
  summary: "Prodigy: tasks for the choice interface; back the output of db-out",
  write: ({ items, form }) => [
    { suffix: ".prodigy.jsonl", text: items.map((item) => `${JSON.stringify(task(item, form))}\n`).join("") },
  ],
  read: (text) =>
    jsonLines(text).flatMap(({ value: record, line }) => {
      if (!isJsonObject(record) || !("answer" in record)) throw new Error(`line ${line} has no "answer"`);
      const accepted = listAt(record, "accept");
      const value = textOf(accepted[0]);
      if (record["answer"] !== "accept" || value === null) return [];
      if (accepted.length > 1) throw new Error(`line ${line} accepts ${accepted.length} options; one is asked for`);
      return [prodigyAnswer(record, { value, where: `line ${line}` })];
    }),
};
