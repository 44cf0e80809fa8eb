import { createHash } from "node:crypto";

/**
 * JSON with the keys of every object sorted by UTF-16 code units and no white space (the form of RFC 8785, whose number
 * and string rules are JavaScript's). Keys whose value is undefined are left out, as JSON.stringify does.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner !== "object" || inner === null || Array.isArray(inner)) return inner;
    // Defined rather than assigned, so that a key named __proto__ stays a key.
    return Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : Number(a > b))));
  });
}

/** sha256 of the canonical form, hex. */
export function digestOf(value: unknown): string {
  return createHash("sha256").update(canonicalJson(value)).digest("hex");
}
