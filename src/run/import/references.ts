import { EvalhError } from "../../core/errors.ts";
import { isJsonObject, type JsonValue } from "../../core/json.ts";
import { didYouMean } from "../../core/near-name.ts";
import type { Row } from "../../core/sample.ts";
import { openDataset } from "../../dataset/index.ts";
import { asText } from "./fields.ts";
import type { ImportedSample, ReferenceFile } from "./imported.ts";

/** What a program was asked: an imported sample without answers. */
export type AskedSample = Omit<ImportedSample, "answers">;

/** Usual names of columns, the likeliest first. */
const REFERENCE = [
  "target",
  "reference",
  "references",
  "summary",
  "highlights",
  "answers",
  "answer",
  "label",
  "labels",
];
const INPUT = [
  "prompt",
  "input",
  "question",
  "document",
  "article",
  "dialogue",
  "source",
  "text",
  "sentence",
  "sentence1",
  "premise",
];

/**
 * The rows of a test file, in its order.
 * @throws EvalhError E_DATASET where it cannot be read or lacks the column of references
 */
export async function readAsked(file: ReferenceFile): Promise<AskedSample[]> {
  const rows: Row[] = [];
  for await (const row of openDataset({ path: file.path })) rows.push(row);
  const [first] = rows;
  if (first === undefined) return [];
  const reference = file.referenceColumn ?? usual(first, REFERENCE);
  if (reference === undefined) throw missing(first, "none of its columns is known to hold references", file);
  const input = file.inputColumn ?? usual(first, INPUT);
  const ids = idsOf(rows);
  return rows.map((row, index) => ({
    id: ids[index] ?? row.id,
    prompt: input === undefined ? "" : asText(cell(row, input, file)),
    references: textsOf(cell(row, reference, file), row, reference),
    columns: row.columns,
  }));
}

function usual({ columns }: Row, names: readonly string[]): string | undefined {
  return names.find((name) => Object.hasOwn(columns, name));
}

/** The column "id" where it tells the rows apart, their number otherwise. */
function idsOf(rows: readonly Row[]): readonly string[] {
  const ids = rows.map(({ columns }) => columns["id"]).filter((id) => typeof id === "string" || typeof id === "number");
  return new Set(ids.map(String)).size === rows.length ? ids.map(String) : rows.map(({ id }) => id);
}

/** The value of a column; "translation.de" is the member of one. */
function cell(row: Row, column: string, file: ReferenceFile): JsonValue {
  if (Object.hasOwn(row.columns, column)) return row.columns[column] ?? null;
  let found: JsonValue | undefined = row.columns;
  for (const part of column.split(".")) {
    found = isJsonObject(found) && Object.hasOwn(found, part) ? found[part] : undefined;
  }
  if (found === undefined) throw missing(row, `the row has no column "${column}"`, file, column);
  return found;
}

function missing(row: Row, message: string, file: ReferenceFile, column = ""): EvalhError {
  const names = Object.keys(row.columns);
  const option = column !== "" && column === file.inputColumn ? "--input-column" : "--reference-column";
  const hint = didYouMean(column, names) ?? `name one of ${names.join(", ")} with ${option}`;
  return new EvalhError("E_DATASET", message, { place: row.place, hint });
}

/** References as a list: one text, several, or SQuAD's `{text: […]}`. */
function textsOf(value: JsonValue, row: Row, column: string): readonly string[] {
  if (value === null) return [];
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map(asText);
  if (!isJsonObject(value)) return [asText(value)];
  const { text } = value;
  if (Array.isArray(text)) return (text as readonly JsonValue[]).map(asText);
  if (typeof text === "string") return [text];
  const names = Object.keys(value).map((name) => `${column}.${name}`);
  throw new EvalhError("E_DATASET", `column "${column}" holds several values`, {
    place: row.place,
    hint: `name one of ${names.join(", ")} with --reference-column`,
  });
}
