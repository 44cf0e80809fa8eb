import { isJsonObject } from "../../core/json.ts";
import { verdicts, type HumanForm, type HumanItem } from "../sheet.ts";
import type { ExchangeFormat } from "./exchange-format.ts";
import { details, jsonLines, listAt, textOf } from "./json-value.ts";

const labels: Readonly<Record<string, string>> = {
  tie: "Neither is better",
  both_bad: "Both are bad",
  yes: "Correct",
  no: "Not correct",
};

function task({ id, prompt, reference, answers }: HumanItem, form: HumanForm): object {
  const context = reference === null ? prompt : `${prompt}\n\nReference: ${reference}`;
  const [a = ""] = answers;
  const options = verdicts[form].map((value, index) => ({
    id: value,
    text:
      form === "pairwise" && index < answers.length ? `${value}: ${answers[index] ?? ""}` : (labels[value] ?? value),
  }));
  return { evalh_id: id, text: form === "pairwise" ? context : `${context}\n\nAnswer: ${a}`, options };
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
      const value = textOf(listAt(record, "accept")[0]);
      if (record["answer"] !== "accept" || value === null) return [];
      const rater = textOf(record["_annotator_id"] ?? record["_session_id"]) ?? "";
      const seconds = record["_timestamp"];
      const at = typeof seconds === "number" ? new Date(seconds * 1000).toISOString() : undefined;
      return [{ item: textOf(record["evalh_id"]), rater, value, where: `line ${line}`, ...details({ at }) }];
    }),
};
