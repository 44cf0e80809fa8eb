import { isJsonObject } from "../../core/json.ts";
import type { ExchangeFormat } from "./exchange-format.ts";
import { details, jsonLines, textOf } from "./json-value.ts";

/** Our own: a line an item, and back a line an answer. */
export const evalh: ExchangeFormat = {
  summary: "JSON Lines: an item a line; answers {id, rater, value, note, seconds, at} a line",
  write: ({ items, form, guidelines }) => [
    { suffix: ".jsonl", text: items.map((item) => `${JSON.stringify({ ...item, form, guidelines })}\n`).join("") },
  ],
  read: (text) =>
    jsonLines(text).flatMap(({ value: record, line }) => {
      if (!isJsonObject(record)) throw new Error(`line ${line} is not an object`);
      const value = textOf(record["value"]);
      // An item that nobody has answered yet.
      if (value === null) return [];
      const { note, seconds, at } = record;
      const rater = textOf(record["rater"]) ?? "";
      return [{ item: textOf(record["id"]), rater, value, where: `line ${line}`, ...details({ note, seconds, at }) }];
    }),
};
