import { parse } from "csv-parse/sync";

import { csvRecord, restoreCell } from "../../core/csv-cell.ts";
import type { ExchangeFormat } from "./exchange-format.ts";

const COLUMNS = ["id", "prompt", "reference", "answer_a", "answer_b", "value", "note", "rater", "seconds"];

/** For spreadsheets. Text that would be a formula gets a quote in front, which the import takes away. */
export const csv: ExchangeFormat = {
  summary: "CSV for spreadsheets: fill in the columns value, note and rater",
  write: ({ items }) => [
    {
      suffix: ".csv",
      // The mark tells Excel that the file is UTF-8.
      text:
        "\uFEFF" +
        csvRecord(COLUMNS) +
        items
          .map(({ id, prompt, reference, answers: [a = "", b = ""] }) =>
            csvRecord([id, prompt, reference, a, b, "", "", "", ""]),
          )
          .join(""),
    },
  ],
  read: (text) => {
    const rows: Record<string, string>[] = parse(text, {
      columns: true,
      bom: true,
      skip_empty_lines: true,
      relax_column_count: true,
    });
    const [first] = rows;
    if (first !== undefined && !("id" in first && "value" in first)) throw new Error("it has no columns id and value");
    return rows.flatMap((row, index) => {
      const cell = (name: string): string => restoreCell(row[name] ?? "").trim();
      if (cell("value") === "") return [];
      const seconds = Number(cell("seconds"));
      return [
        {
          item: cell("id") === "" ? null : cell("id"),
          rater: cell("rater"),
          value: cell("value"),
          where: `row ${index + 2}`,
          ...(cell("note") === "" ? {} : { note: cell("note") }),
          ...(cell("seconds") === "" || !Number.isFinite(seconds) ? {} : { seconds }),
        },
      ];
    });
  },
};
