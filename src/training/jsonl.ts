import { isJsonObject, type JsonObject } from "../core/json.ts";
import { splitLines } from "./lines.ts";
import type { LogReader } from "./log-reader.ts";
import { parseLooseJson } from "./loose-json.ts";
import { parsePythonDict } from "./python-dict.ts";
import { deliverRow, stepOf } from "./rows.ts";

/** One JSON object, or one printed Python dictionary, a line: step (or epoch) and any named numbers. */
export const jsonl: LogReader = {
  names: /\.(?:jsonl|ndjson)$/,
  understands: ({ head }) => {
    // Printed output holds such rows too, but its first line is something else.
    if (!head.toString("utf8").trimStart().startsWith("{")) return false;
    const rows = head.toString("utf8").split(/\r?\n/).slice(0, 8).map(parseRow);
    return rows.some((row) => row !== null && (stepOf(row) !== undefined || row["epoch"] !== undefined));
  },
  choose: (files) => files.slice(-1),
  open: (sink) => {
    let unread = 0;
    let first = 0;
    let epochs = 0;
    const lines = splitLines((text, complete) => {
      if (text.trim() === "") return;
      const row = parseRow(text);
      if (row !== null) {
        if (deliverRow(row, sink) === "epoch") epochs++;
      } else if (complete) {
        if (unread++ === 0) first = lines.line;
      } else {
        sink.warn(`the last line (${lines.line}) is cut off and was left out`);
      }
    });
    return {
      push: lines.push,
      end: () => {
        lines.end();
        if (unread > 0)
          sink.warn(`${unread} lines are neither JSON nor a Python dictionary, the first is line ${first}`);
        if (lines.skipped > 0) sink.warn(`${lines.skipped} lines longer than 1 MiB were left out`);
        if (epochs > 0) sink.warn("rows without a step are shown at their epoch");
      },
    };
  },
};

function parseRow(text: string): JsonObject | null {
  if (!text.includes("{")) return null;
  try {
    const value = parseLooseJson(text);
    return isJsonObject(value) ? value : null;
  } catch {
    return parsePythonDict(text);
  }
}
