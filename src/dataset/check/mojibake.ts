import { shown, textCheck } from "./text-check.ts";

/** Windows-1252 for the bytes 0x80 to 0x9F (WHATWG Encoding Standard); unassigned ones are the control itself. */
const CP1252 =
  "\u20AC\u0081\u201A\u0192\u201E\u2026\u2020\u2021\u02C6\u2030\u0160\u2039\u0152\u008D\u017D\u008F\u0090\u2018\u2019\u201C\u201D\u2022\u2013\u2014\u02DC\u2122\u0161\u203A\u0153\u009D\u017E\u0178";
const byteOf = new Map(Array.from(CP1252, (character, index): [string, number] => [character, 0x80 + index]));
/** A first byte of UTF-8 that was read as Windows-1252 or Latin-1, with one to three bytes that follow it. */
const SUSPECT = new RegExp(`[\\u00C2-\\u00F4][\\u0080-\\u00BF${CP1252}]{1,3}`, "gu");
/** What mistaken bytes usually were. Chance pairs in proper text decode to scripts that are rarely met. */
const LIKELY =
  /^[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Arabic}\p{Script=Common}]$/u;
const decoder = new TextDecoder("utf-8", { fatal: true });

/** The character that a suspect piece was; null if it is none. Longest first: é is two bytes, € three, emoji four. */
function decoded(piece: string): { readonly character: string; readonly length: number } | null {
  const bytes = Array.from(piece, (character) => byteOf.get(character) ?? character.charCodeAt(0));
  const lead = bytes[0] ?? 0;
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (length > bytes.length) return null;
  try {
    const character = decoder.decode(Uint8Array.from(bytes.slice(0, length)));
    return LIKELY.test(character) ? { character, length } : null;
  } catch {
    return null;
  }
}

function repair(text: string): string {
  return text.replaceAll(SUSPECT, (piece) => {
    const found = decoded(piece);
    return found === null ? piece : found.character + repair(piece.slice(found.length));
  });
}

/** UTF-8 that was read in another encoding, and characters that were lost for good. */
export const mojibake = textCheck({
  summary: "UTF-8 read as Latin-1 or Windows-1252 (Ã© for é), replacement characters",
  level: "problem",
  message: "rows hold text that was read in the wrong encoding",
  find: (text) => {
    if (text.includes("\uFFFD")) return "U+FFFD: a character was lost; only the source has it";
    // Proper ASCII has nothing to repair, and most text is.
    if (!/[\u00C2-\u00F4]/u.test(text)) return null;
    const repaired = repair(text);
    if (repaired === text) return null;
    const at = firstDifference(text, repaired);
    const from = Math.max(0, at - 12);
    return `${shown(text.slice(from, at + 14))} → ${shown(repaired.slice(from, at + 12))}`;
  },
  repair,
});

function firstDifference(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return at;
}
