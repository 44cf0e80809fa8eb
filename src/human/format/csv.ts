import { parse } from "csv-parse/sync";

import { csvRecord, restoreCell } from "../../core/csv-cell.ts";
import { answerFields, fieldsOf } from "./answer-fields.ts";
import type { ExchangeFormat } from "./exchange-format.ts";
import { details } from "./json-value.ts";

/** For spreadsheets. Text that would be a formula gets a quote in front, which the import takes away. */
export const csv: ExchangeFormat = {
  summary: "CSV for spreadsheets: fill in the columns value, note and rater",
  write: ({ form, items }) => {
    const texts = ["prompt", "reference", ...answerFields(form, items)];
    const rows = items.map((item) => {
      const fields = fieldsOf(item);
      return csvRecord([item.id, ...texts.map((name) => fields[name] ?? ""), "", "", "", ""]);
    });
    const head = csvRecord(["id", ...texts, "value", "note", "rater", "seconds"]);
    // The mark tells Excel that the file is UTF-8.
    return [{ suffix: ".csv", text: `\uFEFF${head}${rows.join("")}` }];
  },
  read: (text) => {
    const rows: Record<string, string>[] = parse(text, {
      columns: true,
      bom: true,
      delimiter: delimiterOf(text),
      skip_empty_lines: true,
      relax_column_count: true,
    });
    const [first] = rows;
    if (first !== undefined && !("id" in first && "value" in first)) throw new Error("it has no columns id and value");
    return rows.flatMap((row, index) => {
      const cell = (name: string): string => restoreCell(row[name] ?? "");
      const value = cell("value").trim();
      if (value === "") return [];
      const id = cell("id").trim();
      const seconds = cell("seconds").trim() === "" ? undefined : Number(cell("seconds"));
      const at = cell("at").trim();
      return [
        {
          item: id === "" ? null : id,
          rater: cell("rater").trim(),
          value,
          where: `row ${index + 2}`,
          ...details({ note: cell("note"), seconds, at: at === "" ? undefined : at }),
        },
      ];
    });
  },
};

/** Spreadsheets save with a semicolon or a tab where the comma marks decimals. */
function delimiterOf(text: string): string {
  const head = text.slice(0, text.indexOf("\n"));
  return [",", ";", "\t"].find((delimiter) => head.replace("\uFEFF", "").startsWith(`id${delimiter}`)) ?? ",";
}
