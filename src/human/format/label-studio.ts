import { isJsonObject, type JsonObject, type JsonValue } from "../../core/json.ts";
import type { HumanItem, HumanSheet } from "../sheet.ts";
import { answerNames, verdictsOf } from "../verdict.ts";
import { answerFields, fieldsOf } from "./answer-fields.ts";
import type { ExchangeFormat, RawAnswer } from "./exchange-format.ts";
import { details, listAt, objectAt, textOf } from "./json-value.ts";

const escapeXml = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/** The labelling interface. Texts are shown by <Text>, which takes them for text, never by <HyperText>. */
export function labelStudioConfig({ form, guidelines, items }: HumanSheet): string {
  const fields = answerFields(form, items);
  const question =
    form === "rating"
      ? [`  <Rating name="value" toName="answer_a" maxRating="5" required="true"/>`]
      : [
          `  <Choices name="value" toName="prompt" choice="single-radio" required="true">`,
          ...verdictsOf(form, fields.length).map(({ value, key }) => `    <Choice value="${value}" hotkey="${key}"/>`),
          `  </Choices>`,
        ];
  const names = answerNames(fields.length);
  return [
    "<View>",
    // An item on one line: the attribute keeps no line ends.
    ...guidelines
      .split("\n")
      .filter((line) => line.trim() !== "")
      .map((line) => `  <Header value="${escapeXml(line)}" size="6"/>`),
    `  <Header value="Question" size="5"/>`,
    `  <Text name="prompt" value="$prompt"/>`,
    `  <Header value="A right answer" size="5"/>`,
    `  <Text name="reference" value="$reference"/>`,
    ...fields.flatMap((field, index) => [
      `  <Header value="${fields.length === 1 ? "Answer" : `Answer ${names[index] ?? ""}`}" size="5"/>`,
      `  <Text name="${field}" value="$${field}"/>`,
    ]),
    ...question,
    `  <TextArea name="note" toName="prompt" rows="2" placeholder="Note"/>`,
    "</View>",
    "",
  ].join("\n");
}

/** A task for every item. A field that the configuration names must be there, whatever the item shows. */
export function labelStudioTasks({ form, items }: HumanSheet): { readonly data: Readonly<Record<string, string>> }[] {
  const fields = answerFields(form, items);
  const empty = Object.fromEntries(fields.map((field) => [field, ""]));
  return items.map((item: HumanItem) => ({ data: { evalh_id: item.id, ...empty, ...fieldsOf(item) } }));
}

/** The answers in a list of tasks as the JSON export (or the API) has them. @throws Error where it is none */
export function labelStudioAnswers(tasks: JsonValue): RawAnswer[] {
  if (!Array.isArray(tasks)) throw new Error("it is no list of tasks");
  return (tasks as readonly JsonValue[]).flatMap((each, index) => {
    if (!isJsonObject(each) || !isJsonObject(each["data"])) {
      throw new Error(`task ${index + 1} has no data: export as JSON, not as JSON_MIN`);
    }
    const item = textOf(objectAt(each, "data")["evalh_id"]);
    return listAt(each, "annotations").flatMap((annotation) =>
      answerOf(annotation, { item, where: `task ${textOf(each["id"]) ?? index + 1}` }),
    );
  });
}

/**
 * Label Studio (its formats as of 1.23): a labelling configuration and tasks; back its JSON export. Its
 * JSON_MIN and CSV exports write one choice and several differently and are refused.
 */
export const labelStudio: ExchangeFormat = {
  summary: "Label Studio: labelling configuration and tasks; back the export in the format JSON",
  write: (sheet) => [
    { suffix: ".config.xml", text: labelStudioConfig(sheet) },
    { suffix: ".tasks.json", text: `${JSON.stringify(labelStudioTasks(sheet), null, 1)}\n` },
  ],
  read: (text) => labelStudioAnswers(JSON.parse(text) as JsonValue),
};

const sides: Readonly<Record<string, string>> = { left: "A", right: "B" };

/** What one of an annotation's results says of the verdict; null where it is about something else. */
function verdictIn(result: JsonObject): string | null {
  const value = objectAt(result, "value");
  // The tag <Pairwise>, where somebody has put it into the configuration.
  if (result["type"] === "pairwise") return sides[textOf(value["selected"]) ?? ""] ?? null;
  return result["from_name"] === "value" ? (textOf(value["rating"]) ?? textOf(listAt(value, "choices")[0])) : null;
}

function answerOf(annotation: JsonValue, about: Pick<RawAnswer, "item" | "where">): RawAnswer[] {
  if (!isJsonObject(annotation) || annotation["was_cancelled"] === true) return [];
  let value: string | null = null;
  let note: JsonValue | undefined;
  for (const result of listAt(annotation, "result")) {
    if (!isJsonObject(result)) continue;
    value = verdictIn(result) ?? value;
    if (result["from_name"] !== "note") continue;
    const { text } = objectAt(result, "value");
    note = Array.isArray(text) ? text.map((line: JsonValue) => textOf(line) ?? "").join("\n") : text;
  }
  if (value === null) return [];
  const by = annotation["completed_by"];
  const rater = textOf(isJsonObject(by) ? (by["email"] ?? by["id"]) : by) ?? "";
  const { lead_time: seconds, updated_at: updated, created_at: created } = annotation;
  return [{ ...about, value, rater, ...details({ note, seconds, at: updated ?? created }) }];
}
