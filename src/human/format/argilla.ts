import { isJsonObject, type JsonObject, type JsonValue } from "../../core/json.ts";
import { verdicts } from "../sheet.ts";
import type { ExchangeFormat, RawAnswer } from "./exchange-format.ts";
import { listAt, textOf } from "./json-value.ts";

/** Argilla 2: dataset settings and records; back records with their responses, in a list or by question. */
export const argilla: ExchangeFormat = {
  summary: "Argilla 2: settings and records; back records with responses (JSON)",
  write: ({ items, form, guidelines }) => [
    {
      suffix: ".argilla-settings.json",
      text: `${JSON.stringify(
        {
          guidelines,
          fields: fieldsOf(form === "pairwise"),
          questions: [
            { name: "value", type: "label_selection", labels: verdicts[form] },
            { name: "note", type: "text", required: false },
          ],
        },
        null,
        1,
      )}\n`,
    },
    {
      suffix: ".argilla.json",
      text: `${JSON.stringify(
        items.map(({ id, prompt, reference, answers: [a = "", b] }) => ({
          id,
          fields: { prompt, reference: reference ?? "", answer_a: a, ...(b === undefined ? {} : { answer_b: b }) },
          metadata: {},
        })),
        null,
        1,
      )}\n`,
    },
  ],
  read: (text) => {
    const records = JSON.parse(text) as JsonValue;
    if (!Array.isArray(records)) throw new Error("it is no list of records");
    return (records as readonly JsonValue[]).flatMap((record, index) => {
      if (!isJsonObject(record) || !("responses" in record)) throw new Error(`record ${index + 1} has no "responses"`);
      const item = textOf(record["external_id"] ?? record["id"]);
      return answersOf(record, { item, where: `record ${index + 1}` });
    });
  },
};

function fieldsOf(isPair: boolean): object[] {
  const names = ["prompt", "reference", "answer_a", ...(isPair ? ["answer_b"] : [])];
  return names.map((name) => ({ name, type: "text", use_markdown: false, required: name !== "reference" }));
}

function answersOf(record: JsonObject, about: Pick<RawAnswer, "item" | "where">): RawAnswer[] {
  const { responses } = record;
  const flat = isJsonObject(responses)
    ? Object.keys(responses).flatMap((question) => listAt(responses, question).map((each) => ({ question, each })))
    : listAt(record, "responses").map((each) => ({
        question: isJsonObject(each) ? textOf(each["question_name"]) : null,
        each,
      }));
  const notes = new Map<string, string>();
  const answers: RawAnswer[] = [];
  for (const { question, each } of flat) {
    if (!isJsonObject(each) || (each["status"] ?? "submitted") !== "submitted") continue;
    const rater = textOf(each["user_id"]) ?? "";
    const value = textOf(each["value"]);
    if (value === null) continue;
    if (question === "value") answers.push({ ...about, rater, value });
    if (question === "note" && value !== "") notes.set(rater, value);
  }
  return answers.map((answer) => {
    const note = notes.get(answer.rater);
    return note === undefined ? answer : { ...answer, note };
  });
}
