import { EvalhError, hasErrno, messageOf, type Place } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import { didYouMean } from "../core/near-name.ts";
import type { Row } from "../core/sample.ts";
import { datasetFiles, type DatasetFiles } from "./files.ts";
import { createIdSet } from "./id-set.ts";
import { datasetError, type RawRow, type Reader } from "./reader.ts";
import { compileWhere, createKeyList, sampleKey } from "./selection.ts";
import type { DatasetFormat, DatasetSpec } from "./spec.ts";

/** How to read each format; loaded when a dataset needs it. */
const readers = {
  jsonl: async () => (await import("./jsonl.ts")).readJsonl,
  json: async () => (await import("./json.ts")).readJson,
  csv: async () => (await import("./csv.ts")).readCsv,
  parquet: async () => (await import("./parquet.ts")).readParquet,
  arrow: async () => (await import("./arrow.ts")).readArrow,
} satisfies Record<DatasetFormat, () => Promise<Reader>>;

/**
 * The rows of a dataset in the order of its files, as a stream: memory does not grow with rows, but for 24 to 48 bytes
 * a row that keep ids unique.
 * @throws EvalhError E_DATASET with file and line at the first row that cannot be read, lacks its id or repeats one,
 *   and if no row is left to give
 */
export async function* openDataset(spec: DatasetSpec): AsyncGenerator<Row> {
  const found = await datasetFiles(spec);
  const isWanted = await sampling(spec, found);
  let given = 0;
  for await (const rows of selectRows(spec, found)) {
    for (const row of rows) {
      if (!isWanted(row.id)) continue;
      yield row;
      if (++given === spec.limit) return;
    }
  }
  if (given > 0) return;
  const hint = spec.where === undefined ? undefined : "no row has the values that `where` asks for";
  throw datasetError("the dataset has no rows", { file: found.files[0] ?? spec.path }, hint);
}

/** Whether an id is in the sample: its key is among the n smallest, which takes a pass over the data to know. */
async function sampling({ sample, ...spec }: DatasetSpec, found: DatasetFiles): Promise<(id: string) => boolean> {
  if (sample === undefined) return () => true;
  const keys = createKeyList();
  for await (const rows of selectRows(spec, found)) {
    for (const { id } of rows) keys.add(sampleKey(sample.seed, id));
  }
  const largest = keys.smallest(sample.n);
  return (id) => sampleKey(sample.seed, id) <= largest;
}

/** The rows that `where` lets through, with ids, in batches. */
async function* selectRows(spec: DatasetSpec, found: DatasetFiles): AsyncGenerator<Row[]> {
  const passes = compileWhere(spec.where);
  const ids = createIdSet();
  let ordinal = -1;
  for await (const { rows, file } of rawRows(found)) {
    const selected: Row[] = [];
    for (const raw of rows) {
      ordinal++;
      if (!passes(raw.columns)) continue;
      const place = placeOf(raw, file);
      const id = spec.id === undefined ? String(ordinal) : idOf(raw.columns, spec.id, place);
      if (spec.id !== undefined) {
        for (const earlier of ids.add(id, ordinal))
          await refuseIfSame(found, { id, column: spec.id, ordinal: earlier, place });
      }
      selected.push({ id, columns: raw.columns, place });
    }
    yield selected;
  }
}

async function* rawRows({ format, files }: DatasetFiles): AsyncGenerator<{ rows: readonly RawRow[]; file: string }> {
  const read: Reader = await readers[format]();
  for (const file of files) {
    try {
      for await (const rows of read(file)) yield { rows, file };
    } catch (error) {
      if (error instanceof EvalhError || !hasErrno(error, "ENOENT", "EACCES", "EISDIR", "EIO", "EPERM")) throw error;
      throw datasetError(`cannot read ${file}: ${messageOf(error)}`, { file });
    }
  }
}

function placeOf(raw: RawRow, file: string): Place {
  return raw.line === null ? { file } : { file, line: raw.line };
}

function idOf(columns: JsonObject, column: string, place: Place): string {
  const value = Object.hasOwn(columns, column) ? columns[column] : undefined;
  if (typeof value === "string" && value !== "") return value;
  if (typeof value === "number") return String(value);
  if (value === undefined) {
    throw datasetError(`the row has no column "${column}" for its id`, place, didYouMean(column, Object.keys(columns)));
  }
  throw datasetError(`the id in column "${column}" must be text or a number`, place);
}

interface Suspect {
  readonly id: string;
  readonly column: string;
  /** Of the earlier row whose id has the same hash. */
  readonly ordinal: number;
  readonly place: Place;
}

/** Reads the earlier row again: only its id tells a duplicate from two ids with one hash. */
async function refuseIfSame(found: DatasetFiles, { id, column, ordinal, place }: Suspect): Promise<void> {
  let start = 0;
  for await (const { rows, file } of rawRows(found)) {
    const raw = rows[ordinal - start];
    start += rows.length;
    if (raw === undefined) continue;
    const earlier = placeOf(raw, file);
    if (idOf(raw.columns, column, earlier) !== id) return;
    const where = earlier.line === undefined ? `row ${ordinal + 1} of the dataset` : `${file}:${earlier.line}`;
    throw datasetError(`the id ${JSON.stringify(id)} was used before, by ${where}`, place, "ids must be unique");
  }
}
