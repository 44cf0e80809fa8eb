import type { JsonValue } from "../../core/json.ts";
import type { Row } from "../../core/sample.ts";
import type { CheckedRow, ColumnRoles, RowText } from "./check.ts";

/** A row with its texts sorted by what they are for. */
export function checkedRow(row: Row, ordinal: number, roles: ColumnRoles): CheckedRow {
  const texts: RowText[] = [];
  for (const field of Object.keys(row.columns)) {
    if (field === roles.id) continue;
    collect(row.columns[field], { field, role: roleOf(field, roles) }, texts);
  }
  const of = (role: RowText["role"]): string =>
    texts
      .filter((each) => each.role === role)
      .map(({ text }) => text)
      .join("\n");
  return { ordinal, row, texts, input: of("input"), reference: of("reference") };
}

/** The role of a column: without known inputs, whatever is no reference is input. */
function roleOf(field: string, roles: ColumnRoles): RowText["role"] {
  if (roles.reference.includes(field)) return "reference";
  if (roles.input.includes(field)) return "input";
  return roles.input.length === 0 ? "input" : "other";
}

function collect(value: JsonValue | undefined, about: Omit<RowText, "text">, texts: RowText[]): void {
  if (typeof value === "string") texts.push({ ...about, text: value });
  else if (typeof value === "number" && about.role === "reference") texts.push({ ...about, text: String(value) });
  else if (typeof value === "object" && value !== null) {
    for (const inner of Object.values<JsonValue>(value)) collect(inner, about, texts);
  }
}
