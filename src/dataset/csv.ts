import { extname } from "node:path";
import { Readable } from "node:stream";

import { CsvError, parse } from "csv-parse";

import { notUtf8, readBytes } from "./lines.ts";
import { datasetError, type RawRow } from "./reader.ts";

/** Rows handed on together. */
const BATCH = 1000;

/** A quote that is never closed swallows the rest of the file; the reader must not hold it. */
const MAX_RECORD = 64 << 20;

/** What csv-parse gives with `info`. */
interface Parsed {
  readonly record: Readonly<Record<string, string>>;
  /** The line on which the record ends. */
  readonly info: { readonly lines: number };
}

/**
 * CSV (RFC 4180) with a header line; tabs separate the columns of a .tsv file. Every value is text, exactly as it
 * stands; empty lines count for nothing.
 */
export async function* readCsv(file: string): AsyncGenerator<readonly RawRow[]> {
  const parser = Readable.from(decoded(file)).compose(
    parse({
      columns: (header: string[]) => checkHeader(header, file),
      delimiter: extname(file).toLowerCase() === ".tsv" ? "\t" : ",",
      info: true,
      max_record_size: MAX_RECORD,
      skip_empty_lines: true,
    }),
  );
  let rows: RawRow[] = [];
  // Inside of values csv-parse counts a carriage return as a line of its own.
  let surplus = 0;
  try {
    for await (const parsed of parser) {
      const { record, info } = parsed as Parsed;
      surplus += count("\r", record);
      rows.push({ columns: record, line: info.lines - surplus - count("\n", record) });
      if (rows.length < BATCH) continue;
      yield rows;
      rows = [];
    }
  } catch (error) {
    throw error instanceof CsvError ? csvError(error, file, surplus) : error;
  }
  yield rows;
}

/** How often a character occurs in the values of a record. */
function count(character: string, record: Parsed["record"]): number {
  let found = 0;
  for (const value of Object.values(record)) {
    for (let at = value.indexOf(character); at >= 0; at = value.indexOf(character, at + 1)) found++;
  }
  return found;
}

/** Text chunks of a UTF-8 file. */
async function* decoded(file: string): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let line = 1;
  for await (const bytes of readBytes(file)) {
    let text: string;
    try {
      text = decoder.decode(bytes, { stream: true });
    } catch {
      throw notUtf8(file, line + invalidLineOf(bytes));
    }
    yield text;
    for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) line++;
  }
}

/** Line breaks before the first byte sequence that is not UTF-8; a character cut at either end of the chunk is let pass. */
function invalidLineOf(bytes: Buffer): number {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let start = 0;
  for (let line = 0; ; line++) {
    const end = bytes.indexOf(10, start);
    if (end < 0) return line;
    try {
      decoder.decode(bytes.subarray(start, end));
    } catch {
      if (line > 0) return line;
    }
    start = end + 1;
  }
}

function checkHeader(header: readonly string[], file: string): string[] {
  const place = { file, line: 1 };
  for (const [index, name] of header.entries()) {
    if (name === "__proto__") throw datasetError("a column must not be named __proto__", place);
    if (name.trim() === "")
      throw datasetError(`column ${index + 1} has no name`, place, "the first line names the columns");
    if (header.indexOf(name) !== index) throw datasetError(`two columns are named ${JSON.stringify(name)}`, place);
  }
  return [...header];
}

function csvError(error: CsvError, file: string, surplus: number): Error {
  const line = typeof error["lines"] === "number" ? error["lines"] - surplus : 1;
  const hints: Partial<Record<CsvError["code"], string>> = {
    CSV_RECORD_INCONSISTENT_COLUMNS: "put a value that holds a comma in double quotes",
    CSV_QUOTE_NOT_CLOSED: "a double quote inside a value is written twice",
    CSV_MAX_RECORD_SIZE: "a double quote may not be closed",
  };
  const message = error.message
    .replace(/ on line \d+$/, "")
    .replace(/^Invalid Record Length: |: the parsing is finished.*$/, "");
  return datasetError(`not CSV: ${message}`, { file, line }, hints[error.code]);
}
