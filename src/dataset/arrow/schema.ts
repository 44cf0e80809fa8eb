import type { FlatTable } from "./flatbuffer.ts";

/** A column's type, as far as it can be read (Schema.fbs of Arrow's format 1.5). */
export type ArrowType =
  | { readonly kind: "null" | "bool" | "struct" | "map" }
  | { readonly kind: "int"; readonly bits: number; readonly isSigned: boolean }
  | { readonly kind: "float"; readonly bits: 16 | 32 | 64 }
  | { readonly kind: "decimal"; readonly scale: number; readonly bytes: number }
  /** A moment: `perSecond` units a second since 1970, in 32 or 64 bits. */
  | { readonly kind: "moment"; readonly bits: number; readonly perSecond: number }
  | { readonly kind: "text" | "bytes"; readonly layout: "small" | "large" | "view" }
  | { readonly kind: "list"; readonly layout: "small" | "large" }
  | { readonly kind: "fixed-list"; readonly size: number }
  | { readonly kind: "fixed-bytes"; readonly size: number };

export interface ArrowField {
  readonly name: string;
  readonly type: ArrowType;
  readonly children: readonly ArrowField[];
  /** For columns of indices into a dictionary: its id and the indices' type; `type` is then the values'. */
  readonly dictionary: { readonly id: number; readonly index: ArrowType } | null;
}

/** Deeper nesting is no data but an attack on the stack. */
const DEEPEST = 32;
const MOST_FIELDS = 10_000;
const PER_SECOND = [1, 1e3, 1e6, 1e9];

/**
 * The columns of a schema message's header.
 * @throws RangeError for types that have no form in JSON or are not supported, naming the column
 */
export function readSchema(schema: FlatTable): readonly ArrowField[] {
  if (schema.short(0) !== 0) throw new RangeError("its numbers are big-endian");
  let seen = 0;
  const field = (table: FlatTable, depth: number): ArrowField => {
    if (depth > DEEPEST || ++seen > MOST_FIELDS) throw new RangeError("its columns are nested too deeply");
    const encoding = table.table(4);
    const index = encoding?.table(1) ?? null;
    return {
      name: table.text(0),
      type: readType(table),
      children: table.tables(5).map((child) => field(child, depth + 1)),
      dictionary:
        encoding === null
          ? null
          : {
              id: encoding.long(0),
              index: { kind: "int", bits: index?.int(0) ?? 32, isSigned: index === null || index.byte(1) === 1 },
            },
    };
  };
  return schema.tables(1).map((table) => field(table, 0));
}

/** Members of the union `Type` by number, each with what it needs of its table. */
const types: Readonly<Record<number, (type: FlatTable | null) => ArrowType>> = {
  1: () => ({ kind: "null" }),
  2: (type) => ({ kind: "int", bits: type?.int(0) ?? 0, isSigned: type?.byte(1) === 1 }),
  3: (type) => ({ kind: "float", bits: ([16, 32, 64] as const)[type?.short(0) ?? 0] ?? 64 }),
  4: () => ({ kind: "bytes", layout: "small" }),
  5: () => ({ kind: "text", layout: "small" }),
  6: () => ({ kind: "bool" }),
  7: (type) => ({ kind: "decimal", scale: type?.int(1) ?? 0, bytes: (type?.int(2) || 128) / 8 }),
  // Of dates the default is milliseconds (1), which FlatBuffers leaves out: days are 0 and written.
  8: (type) => (isDays(type) ? { kind: "moment", bits: 32, perSecond: 1 / 86_400 } : milliseconds),
  9: (type) => ({ kind: "int", bits: type?.int(1) || 32, isSigned: true }),
  10: (type) => ({ kind: "moment", bits: 64, perSecond: PER_SECOND[type?.short(0) ?? 0] ?? 1 }),
  12: () => ({ kind: "list", layout: "small" }),
  13: () => ({ kind: "struct" }),
  15: (type) => ({ kind: "fixed-bytes", size: type?.int(0) ?? 0 }),
  16: (type) => ({ kind: "fixed-list", size: type?.int(0) ?? 0 }),
  17: () => ({ kind: "map" }),
  18: () => ({ kind: "int", bits: 64, isSigned: true }),
  19: () => ({ kind: "bytes", layout: "large" }),
  20: () => ({ kind: "text", layout: "large" }),
  21: () => ({ kind: "list", layout: "large" }),
  23: () => ({ kind: "bytes", layout: "view" }),
  24: () => ({ kind: "text", layout: "view" }),
};

const milliseconds: ArrowType = { kind: "moment", bits: 64, perSecond: 1e3 };

function isDays(type: FlatTable | null): boolean {
  return type !== null && type.has(0) && type.short(0) === 0;
}

function readType(field: FlatTable): ArrowType {
  const read = types[field.byte(2)];
  if (read === undefined) {
    throw new RangeError(`the column "${field.text(0)}" has a type that is not supported (number ${field.byte(2)})`);
  }
  return read(field.table(3));
}
