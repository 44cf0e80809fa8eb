import type { JsonValue } from "../../core/json.ts";
import { toJson } from "../binary-value.ts";
import type { Body } from "./body.ts";
import { readDecimal, readFloat, readInt, readMoment } from "./numbers.ts";
import type { ArrowField, ArrowType } from "./schema.ts";

/** The value of a column at a row that is within its length. */
export type Column = (row: number) => JsonValue;

/** Dictionary id → its values. */
export type Dictionaries = ReadonlyMap<number, readonly JsonValue[]>;

interface Read {
  readonly at: Column;
  readonly length: number;
}

/** Most values of a column that takes no bytes, such as one of nulls: nothing else bounds it. */
const MOST_EMPTY = 1_000_000;
/** Most bytes that the views of one column may point at, over and over. */
const MOST_VIEWED = 2 ** 30;

/**
 * The next column of a record batch. Lengths, offsets and indices are checked before anything is made of them.
 * @throws RangeError where they do not fit
 */
export function readColumn(field: ArrowField, body: Body, dictionaries: Dictionaries): Read {
  const { dictionary } = field;
  if (dictionary === null) return nullable(field.type, body, (length) => values(field, length, { body, dictionaries }));
  return nullable(dictionary.index, body, (length) => {
    const index = fixed(dictionary.index, length, body);
    const known = dictionaries.get(dictionary.id) ?? [];
    return (row) => {
      const value = known[Number(index(row))];
      if (value === undefined) throw new RangeError(`an index beyond its dictionary of ${known.length} values`);
      return value;
    };
  });
}

function nullable(type: ArrowType, body: Body, make: (length: number) => Column): Read {
  const { length, nulls } = body.node();
  if (type.kind === "null") return { at: () => null, length: bounded(length) };
  const validity = body.buffer(nulls === 0 ? 0 : Math.ceil(length / 8));
  const at = make(length);
  if (nulls === 0) return { at, length };
  return { at: (row) => (((validity[row >> 3] ?? 0) >> (row & 7)) & 1 ? at(row) : null), length };
}

interface From {
  readonly body: Body;
  readonly dictionaries: Dictionaries;
}

function values(field: ArrowField, length: number, from: From): Column {
  const { type } = field;
  const { body } = from;
  switch (type.kind) {
    case "text":
    case "bytes": {
      const slice = type.layout === "view" ? views(length, body) : slices(type.layout, length, body);
      return type.kind === "text" ? (row) => slice(row).toString("utf8") : (row) => slice(row).toString("base64");
    }
    case "list":
      return list(field, ranges(type.layout, length, body), from);
    case "map":
      return map(field, ranges("small", length, body), from);
    case "fixed-list": {
      const { size } = type;
      return list(field, { of: (row) => [row * size, (row + 1) * size], end: length * size, rows: length }, from);
    }
    case "struct":
      return struct(field, length, from);
    case "null":
      return () => null;
    default:
      return fixed(type, length, body);
  }
}

/** Columns whose values all have the same number of bits. */
function fixed(type: ArrowType, length: number, body: Body): Column {
  switch (type.kind) {
    case "bool": {
      const bits = body.buffer(Math.ceil(length / 8));
      return (row) => (((bits[row >> 3] ?? 0) >> (row & 7)) & 1) === 1;
    }
    case "int": {
      const bytes = body.buffer((length * type.bits) / 8);
      return (row) => toJson(readInt(bytes, row, type));
    }
    case "float": {
      const bytes = body.buffer((length * type.bits) / 8);
      return (row) => toJson(readFloat(bytes, row, type.bits));
    }
    case "moment": {
      const bytes = body.buffer((length * type.bits) / 8);
      return (row) => toJson(readMoment(bytes, row, type));
    }
    case "decimal": {
      const bytes = body.buffer(length * type.bytes);
      return (row) => readDecimal(bytes, row, type);
    }
    case "fixed-bytes": {
      if (type.size <= 0) bounded(length);
      const bytes = body.buffer(length * Math.max(0, type.size));
      return (row) => bytes.toString("base64", row * type.size, (row + 1) * type.size);
    }
    default:
      throw new RangeError(`values of type ${type.kind} have no fixed size`);
  }
}

interface Ranges {
  readonly of: (row: number) => readonly [from: number, to: number];
  /** Where the last one may end. */
  readonly end: number;
  readonly rows: number;
}

/** Row i lies from offset i to offset i + 1; together they are no longer than what they lie in. */
function ranges(layout: "small" | "large", length: number, body: Body): Ranges {
  const wide = layout === "large";
  // Of a column without rows the offsets may be missing altogether.
  const offsets = body.buffer(length === 0 ? 0 : (length + 1) * (wide ? 8 : 4));
  const offset = (index: number): number =>
    wide ? Number(offsets.readBigInt64LE(index * 8)) : offsets.readInt32LE(index * 4);
  const end = length === 0 ? 0 : offset(length);
  const of = (row: number): readonly [number, number] => {
    const [from, to] = [offset(row), offset(row + 1)];
    if (from < 0 || to < from || to > end) throw new RangeError("offsets that do not rise");
    return [from, to];
  };
  return { of, end, rows: length };
}

function slices(layout: "small" | "large", length: number, body: Body): (row: number) => Buffer {
  const { of, end } = ranges(layout, length, body);
  const data = body.buffer(end);
  return (row) => data.subarray(...of(row));
}

/** 16 bytes a value: its length, then its text where that fits, or which buffer it lies in and where. */
function views(length: number, body: Body): (row: number) => Buffer {
  const entries = body.buffer(length * 16);
  const buffers = body.variadic();
  let viewed = 0;
  return (row) => {
    const at = row * 16;
    const size = entries.readInt32LE(at);
    if (size >= 0 && size <= 12) return entries.subarray(at + 4, at + 4 + size);
    const data = buffers[entries.readInt32LE(at + 8)];
    const start = entries.readInt32LE(at + 12);
    viewed += size;
    if (data === undefined || size < 0 || start < 0 || start + size > data.length || viewed > MOST_VIEWED) {
      throw new RangeError("a view that points outside");
    }
    return data.subarray(start, start + size);
  };
}

function list(field: ArrowField, { of, end, rows }: Ranges, from: From): Column {
  if (end === 0) bounded(rows);
  const child = childOf(field, end, from);
  return (row) => {
    const [first, last] = of(row);
    return Array.from({ length: last - first }, (_, index) => child(first + index));
  };
}

/** A list of entries with a key and a value each, as one object. */
function map(field: ArrowField, { of, end }: Ranges, from: From): Column {
  const child = childOf(field, end, from);
  const [key = "key", value = "value"] = field.children[0]?.children.map(({ name }) => name) ?? [];
  return (row) => {
    const [first, last] = of(row);
    const entries = Array.from({ length: last - first }, (_, index) => child(first + index));
    return Object.fromEntries(
      entries.map((entry) => {
        const pair = entry as Readonly<Record<string, JsonValue>>;
        const name = pair[key] ?? null;
        return [typeof name === "string" ? name : JSON.stringify(name), pair[value] ?? null];
      }),
    );
  };
}

function childOf(field: ArrowField, needed: number, { body, dictionaries }: From): Column {
  const [child] = field.children;
  if (child === undefined) throw new RangeError(`the column "${field.name}" has no type for its items`);
  const { at, length } = readColumn(child, body, dictionaries);
  if (length < needed) throw new RangeError(`${length} items where ${needed} are needed`);
  return at;
}

function struct({ children }: ArrowField, length: number, { body, dictionaries }: From): Column {
  if (children.length === 0) bounded(length);
  const members = children.map((child) => {
    const column = readColumn(child, body, dictionaries);
    if (column.length < length) throw new RangeError(`the column "${child.name}" is too short`);
    return [child.name, column.at] as const;
  });
  return (row) => Object.fromEntries(members.map(([name, at]) => [name, at(row)]));
}

function bounded(length: number): number {
  if (length > MOST_EMPTY) throw new RangeError(`${length} values that take no room`);
  return length;
}
