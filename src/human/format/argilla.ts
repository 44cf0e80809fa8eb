import { isJsonObject, type JsonObject, type JsonValue } from "../../core/json.ts";
import { MOST_ANSWERS, verdictsOf } from "../verdict.ts";
import type { HumanItem, HumanSheet } from "../sheet.ts";
import { answerFields, fieldsOf } from "./answer-fields.ts";
import type { ExchangeFormat, RawAnswer } from "./exchange-format.ts";
import { listAt, textOf } from "./json-value.ts";

/** What `rg.Settings.from_json` reads. */
function settings({ form, guidelines, items }: HumanSheet): object {
  const field = (name: string): object => ({
    name,
    title: name.replace("_", " "),
    required: name === "prompt" || name === "answer_a",
    settings: { type: "text", use_markdown: false },
  });
  const options = verdictsOf(form, MOST_ANSWERS).map(({ value, label }) => ({ value, text: label }));
  return {
    guidelines,
    allow_extra_metadata: true,
    fields: ["prompt", "reference", ...answerFields(form, items)].map(field),
    questions: [
      { name: "value", title: "Verdict", required: true, settings: { type: "label_selection", options } },
      { name: "note", title: "Note", required: false, settings: { type: "text", use_markdown: false } },
    ],
  };
}

function record(item: HumanItem): object {
  return { id: item.id, fields: fieldsOf(item), metadata: {}, suggestions: [], responses: {} };
}

/**
 * Argilla 2: dataset settings and records; back the records, flat as `records.to_list(flatten=True)` gives them, or nested.
 * Only the flat form says which responses were submitted: nested, drafts cannot be told from answers.
 */
export const argilla: ExchangeFormat = {
  summary: "Argilla 2: settings and records; back records with responses (JSON)",
  write: (sheet) => [
    { suffix: ".argilla-settings.json", text: `${JSON.stringify(settings(sheet), null, 1)}\n` },
    { suffix: ".argilla.json", text: `${JSON.stringify(sheet.items.map(record), null, 1)}\n` },
  ],
  read: (text) => {
    const records = JSON.parse(text) as JsonValue;
    if (!Array.isArray(records)) throw new Error("it is no list of records");
    return (records as readonly JsonValue[]).flatMap((each, index) => {
      const where = `record ${index + 1}`;
      if (!isJsonObject(each)) throw new Error(`${where} is no object`);
      return answersOf(each, { item: textOf(each["external_id"] ?? each["id"]), where });
    });
  },
};

interface Response {
  readonly question: string | null;
  readonly rater: string;
  readonly value: string | null;
}

function answersOf(each: JsonObject, about: Pick<RawAnswer, "item" | "where">): RawAnswer[] {
  const responses = "value.responses" in each ? flatResponses(each) : nestedResponses(each, about.where);
  const notes = new Map(
    responses.flatMap(({ question, rater, value }) => (question === "note" && value ? [[rater, value] as const] : [])),
  );
  return responses.flatMap(({ question, rater, value }) => {
    if (question !== "value" || value === null) return [];
    const note = notes.get(rater);
    return [{ ...about, rater, value, ...(note === undefined ? {} : { note }) }];
  });
}

function flatResponses(each: JsonObject): Response[] {
  return ["value", "note"].flatMap((question) => {
    const users = listAt(each, `${question}.responses.users`);
    const status = listAt(each, `${question}.responses.status`);
    return listAt(each, `${question}.responses`).flatMap((value, index) => {
      if ((textOf(status[index]) ?? "submitted") !== "submitted") return [];
      return [{ question, rater: textOf(users[index]) ?? "", value: textOf(value) }];
    });
  });
}

/** By question, as `to_dict` has them, or in a list, as the constructor takes them. */
function nestedResponses(each: JsonObject, where: string): Response[] {
  const { responses } = each;
  if (responses === undefined) throw new Error(`${where} has no responses`);
  const list = isJsonObject(responses)
    ? Object.keys(responses).flatMap((question) => listAt(responses, question).map((one) => ({ question, one })))
    : listAt(each, "responses").map((one) => ({
        question: isJsonObject(one) ? textOf(one["question_name"]) : null,
        one,
      }));
  return list.flatMap(({ question, one }) => {
    if (!isJsonObject(one) || (one["status"] ?? "submitted") !== "submitted") return [];
    return [{ question, rater: textOf(one["user_id"]) ?? "", value: textOf(one["value"]) }];
  });
}
