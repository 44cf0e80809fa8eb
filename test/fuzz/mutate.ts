import * as fc from "fast-check";

/** Things that parsers stumble over. */
const NASTY = [
  "\u0000",
  "\ufeff",
  "\r\n",
  "\u2028",
  "\ud800",
  "\u202e",
  "{",
  "}",
  "[",
  "]",
  '"',
  "\\",
  "'",
  ",",
  ":",
  "=",
  "-",
  "<",
  "&",
  "&#x110000;",
  "{{",
  "}}",
  "{%",
  "%}",
  "*a",
  "&a",
  "!!js/function",
  "<<: *a",
  "__proto__",
  "constructor",
  "null",
  "true",
  "NaN",
  "Infinity",
  "-0",
  "1e999",
  "9007199254740993",
  "18446744073709551615",
  "../../etc/passwd",
  "=1+1",
  "\u001b[2J",
  "[N/A]",
  "ERR!",
  "a".repeat(5_000),
  "[".repeat(3_000),
  "(".repeat(2_000),
].map((text) => Buffer.from(text));

type Change =
  | { readonly kind: "flip"; readonly at: number; readonly bit: number }
  | { readonly kind: "cut"; readonly at: number; readonly length: number }
  | { readonly kind: "end"; readonly at: number }
  | { readonly kind: "insert"; readonly at: number; readonly what: number }
  | { readonly kind: "noise"; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: "copy"; readonly from: number; readonly length: number; readonly at: number }
  | { readonly kind: "number"; readonly at: number; readonly value: number };

/** A share of a file, so that one change fits files of any length. */
const place = fc.double({ min: 0, max: 1, noNaN: true });

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ kind: fc.constant("flip" as const), at: place, bit: fc.nat(7) }),
  fc.record({ kind: fc.constant("cut" as const), at: place, length: fc.nat(200) }),
  fc.record({ kind: fc.constant("end" as const), at: place }),
  fc.record({ kind: fc.constant("insert" as const), at: place, what: fc.nat(NASTY.length - 1) }),
  fc.record({ kind: fc.constant("noise" as const), at: place, bytes: fc.uint8Array({ maxLength: 24 }) }),
  fc.record({ kind: fc.constant("copy" as const), from: place, length: fc.nat(400), at: place }),
  fc.record({ kind: fc.constant("number" as const), at: place, value: fc.integer() }),
);

function apply(bytes: Buffer, each: Change): Buffer {
  const at = Math.floor(each.at * bytes.length);
  if (each.kind === "end") return bytes.subarray(0, at);
  const [what, skip] = replacement(bytes, at, each);
  return Buffer.concat([bytes.subarray(0, at), what, bytes.subarray(Math.min(bytes.length, at + skip))]);
}

/** What is put at a place, and how many bytes it takes the place of. */
function replacement(bytes: Buffer, at: number, each: Exclude<Change, { kind: "end" }>): readonly [Uint8Array, number] {
  if (each.kind === "flip") return [Uint8Array.of((bytes[at] ?? 0) ^ (1 << each.bit)), 1];
  if (each.kind === "cut") return [new Uint8Array(), each.length];
  if (each.kind === "insert") return [NASTY[each.what] ?? new Uint8Array(), 0];
  if (each.kind === "noise") return [each.bytes, each.bytes.length];
  if (each.kind === "copy") {
    const from = Math.floor(each.from * bytes.length);
    return [bytes.subarray(from, from + each.length), 0];
  }
  // Lengths and counts of binary formats are eight bytes, little-endian.
  const eight = Buffer.alloc(8);
  eight.writeBigInt64LE(BigInt(each.value) << 31n);
  return [eight, 8];
}

/** One of the seeds with a few changes, or plain noise. */
export function mutated(seeds: readonly Buffer[]): fc.Arbitrary<Buffer> {
  const changed = fc
    .tuple(fc.nat(Math.max(0, seeds.length - 1)), fc.array(change, { minLength: 1, maxLength: 6 }))
    .map(([index, changes]) => changes.reduce(apply, seeds[index] ?? Buffer.alloc(0)));
  const noise = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
  return fc.oneof({ arbitrary: changed, weight: 9 }, { arbitrary: noise, weight: 1 });
}
