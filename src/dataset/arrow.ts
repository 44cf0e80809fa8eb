import { open } from "node:fs/promises";

import { EvalhError, messageOf } from "../core/errors.ts";
import type { JsonValue } from "../core/json.ts";
import { bodyOf } from "./arrow/body.ts";
import { readColumn, type Dictionaries } from "./arrow/column.ts";
import { arrowMessages, MessageKind, type ArrowMessage } from "./arrow/messages.ts";
import { readSchema, type ArrowField } from "./arrow/schema.ts";
import { datasetError, type RawRow } from "./reader.ts";

/** Rows made at a time: a batch may hold any number. */
const CHUNK = 1_024;

/**
 * Arrow IPC (columnar format 1.5), the stream format that `datasets` writes and the file format alike, one record batch
 * in memory at a time besides the dictionaries.
 */
export async function* readArrow(file: string): AsyncGenerator<readonly RawRow[]> {
  await using handle = await open(file);
  try {
    let fields: readonly ArrowField[] | null = null;
    const dictionaries = new Map<number, readonly JsonValue[]>();
    for await (const message of arrowMessages(handle)) {
      if (message.kind === MessageKind.schema) fields ??= readSchema(message.header);
      else if (fields === null) throw new RangeError("data stand before the schema");
      else if (message.kind === MessageKind.dictionary) addDictionary(dictionaries, fields, message);
      else if (message.kind === MessageKind.batch) yield* readBatch(fields, message, dictionaries);
    }
    if (fields === null) throw new RangeError("there is no schema");
  } catch (error) {
    if (error instanceof EvalhError) throw error;
    const message = messageOf(error);
    const hint = message.includes("LZ4") ? "write it without compression, or with zstd" : undefined;
    throw datasetError(`cannot be read as Arrow: ${message}`, { file }, hint);
  }
}

function* readBatch(
  fields: readonly ArrowField[],
  { header, body }: Pick<ArrowMessage, "header" | "body">,
  dictionaries: Dictionaries,
): Generator<readonly RawRow[]> {
  const data = bodyOf(header, body);
  const columns = fields.map((field) => ({ name: field.name, ...readColumn(field, data, dictionaries) }));
  const { rows } = data;
  if (columns.length === 0 || columns.some(({ length }) => length < rows)) {
    throw new RangeError(`a batch of ${rows} rows whose columns are shorter`);
  }
  for (let start = 0; start < rows; start += CHUNK) {
    yield Array.from({ length: Math.min(CHUNK, rows - start) }, (_, index) => ({
      columns: Object.fromEntries(columns.map(({ name, at }) => [name, at(start + index)])),
      line: null,
    }));
  }
}

/** A dictionary's values, which replace those before or are added to them. */
function addDictionary(
  dictionaries: Map<number, readonly JsonValue[]>,
  fields: readonly ArrowField[],
  { header, body }: ArrowMessage,
): void {
  const id = header.long(0);
  const batch = header.table(1);
  const field = dictionaryField(fields, id);
  if (batch === null || field === null) throw new RangeError(`a dictionary that no column has (${id})`);
  const { at, length } = readColumn({ ...field, dictionary: null }, bodyOf(batch, body), dictionaries);
  const values = Array.from({ length }, (_, row) => at(row));
  const isDelta = header.byte(2) === 1;
  dictionaries.set(id, isDelta ? [...(dictionaries.get(id) ?? []), ...values] : values);
}

function dictionaryField(fields: readonly ArrowField[], id: number): ArrowField | null {
  for (const field of fields) {
    if (field.dictionary?.id === id) return field;
    const inside = dictionaryField(field.children, id);
    if (inside !== null) return inside;
  }
  return null;
}
