import { isJsonObject, type JsonValue } from "../../core/json.ts";
import { verdicts, type HumanForm, type HumanItem } from "../sheet.ts";
import type { ExchangeFormat, RawAnswer } from "./exchange-format.ts";
import { details, listAt, objectAt, textOf } from "./json-value.ts";

const escapeXml = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/** The labelling interface. Texts are shown by <Text>, which takes them for text, never by <HyperText>. */
function config(form: HumanForm, guidelines: string): string {
  const question =
    form === "rating"
      ? `  <Rating name="value" toName="answer_a" maxRating="5" required="true"/>`
      : [
          `  <Choices name="value" toName="prompt" choice="single-radio" required="true">`,
          ...verdicts[form].map((value, index) => `    <Choice value="${value}" hotkey="${index + 1}"/>`),
          `  </Choices>`,
        ].join("\n");
  const answers = form === "pairwise" ? ["answer_a", "answer_b"] : ["answer_a"];
  return [
    "<View>",
    `  <Header value="${escapeXml(guidelines)}" size="6"/>`,
    `  <Text name="prompt" value="$prompt"/>`,
    `  <Text name="reference" value="$reference"/>`,
    ...answers.map(
      (name) =>
        `  <Header value="${name === "answer_a" ? "Answer A" : "Answer B"}" size="5"/>\n  <Text name="${name}" value="$${name}"/>`,
    ),
    question,
    `  <TextArea name="note" toName="prompt" rows="2" placeholder="Note"/>`,
    "</View>",
    "",
  ].join("\n");
}

function task({ id, prompt, reference, answers: [a = "", b] }: HumanItem): object {
  return {
    data: {
      evalh_id: id,
      prompt,
      reference: reference ?? "",
      answer_a: a,
      ...(b === undefined ? {} : { answer_b: b }),
    },
  };
}

/**
 * Label Studio (its formats as of 1.23): a labelling configuration and tasks; back its JSON export. Its
 * JSON_MIN and CSV exports write one choice and several differently and are refused.
 */
export const labelStudio: ExchangeFormat = {
  summary: "Label Studio: labelling configuration and tasks; back the export in the format JSON",
  write: ({ form, guidelines, items }) => [
    { suffix: ".config.xml", text: config(form, guidelines) },
    { suffix: ".tasks.json", text: `${JSON.stringify(items.map(task), null, 1)}\n` },
  ],
  read: (text) => {
    const tasks = JSON.parse(text) as JsonValue;
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
  },
};

function answerOf(annotation: JsonValue, about: Pick<RawAnswer, "item" | "where">): RawAnswer[] {
  if (!isJsonObject(annotation) || annotation["was_cancelled"] === true) return [];
  let value: string | null = null;
  let note: JsonValue | undefined;
  for (const result of listAt(annotation, "result")) {
    if (!isJsonObject(result)) continue;
    const inner = objectAt(result, "value");
    if (result["from_name"] === "value") value = textOf(inner["rating"]) ?? textOf(listAt(inner, "choices")[0]);
    if (result["from_name"] === "note") note = listAt(inner, "text")[0] ?? inner["text"];
  }
  if (value === null) return [];
  const by = annotation["completed_by"];
  const rater = textOf(isJsonObject(by) ? (by["email"] ?? by["id"]) : by) ?? "";
  const { lead_time: seconds, updated_at: updated, created_at: created } = annotation;
  return [{ ...about, value, rater, ...details({ note, seconds, at: updated ?? created }) }];
}
