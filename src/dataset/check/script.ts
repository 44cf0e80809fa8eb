import { MOST_EVIDENCE, type Check, type Evidence, type Finding } from "./check.ts";
import { shown } from "./text-check.ts";

/** Scripts that are told apart. Japanese mixes three; they count as one. */
const scripts: readonly (readonly [string, RegExp])[] = [
  ["Latin", /\p{Script=Latin}/gu],
  ["Cyrillic", /\p{Script=Cyrillic}/gu],
  ["Greek", /\p{Script=Greek}/gu],
  ["Han and Kana", /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}/gu],
  ["Hangul", /\p{Script=Hangul}/gu],
  ["Arabic", /\p{Script=Arabic}/gu],
  ["Hebrew", /\p{Script=Hebrew}/gu],
  ["Devanagari", /\p{Script=Devanagari}/gu],
  ["Bengali", /\p{Script=Bengali}/gu],
  ["Tamil", /\p{Script=Tamil}/gu],
  ["Thai", /\p{Script=Thai}/gu],
];
/** A column has a script of its own if so many of its texts are written in it. */
const DOMINANT = 0.9;
/** Latin and Cyrillic (or Greek) letters next to each other look alike and are other tokens. Single ones are units: µm. */
const MIXED_WORD =
  /\p{Script=Latin}[\p{Script=Cyrillic}\p{Script=Greek}]\p{Script=Latin}|[\p{Script=Cyrillic}]\p{Script=Latin}[\p{Script=Cyrillic}]/u;
const ASCII = /^[\u0000-\u007F]*$/u;

/** The script that most letters of a text belong to, null if it has none that is known. */
function scriptOf(text: string): string | null {
  if (ASCII.test(text)) return /[A-Za-z]/u.test(text) ? "Latin" : null;
  let best: string | null = null;
  let most = 0;
  for (const [name, pattern] of scripts) {
    const count = text.match(pattern)?.length ?? 0;
    if (count > most) [best, most] = [name, count];
  }
  return best;
}

interface Seen {
  count: number;
  readonly rows: number[];
  readonly evidence: Evidence[];
}

/** Texts in another script than the rest of their column, and words of look-alike letters. */
export const script: Check = {
  summary: "texts in another script than the rest of their column, words that mix look-alike letters",
  create: () => {
    const fields = new Map<string, Map<string, Seen>>();
    const mixed: Seen = { count: 0, rows: [], evidence: [] };
    let of = 0;
    return {
      inspect: ({ row, ordinal, texts }) => {
        of++;
        for (const { field, text } of texts) {
          const name = scriptOf(text);
          if (name === null) continue;
          const seen = seenOf(fields, field, name);
          seen.count++;
          // The rows of the common script are never asked for, and they are many.
          if (name !== "Latin" || seen.rows.length < 10_000) seen.rows.push(ordinal);
          if (seen.evidence.length < MOST_EVIDENCE)
            seen.evidence.push({ place: row.place, ordinal, field, what: `${name}: ${shown(text, 40)}` });
          if (ASCII.test(text)) continue;
          const word = MIXED_WORD.exec(text);
          if (word === null) continue;
          mixed.rows.push(ordinal);
          if (mixed.evidence.length < MOST_EVIDENCE)
            mixed.evidence.push({
              place: row.place,
              ordinal,
              field,
              what: shown(text.slice(Math.max(0, word.index - 8), word.index + 12)),
            });
        }
      },
      finish: () => {
        const foreign = [...fields].flatMap(([field, seen]) => foreignTo(field, seen, of));
        const findings = foreign.map(({ finding }) => finding);
        if (mixed.rows.length > 0) {
          const message = "rows have words that mix letters of two scripts";
          findings.push({
            level: "problem",
            message,
            count: mixed.rows.length,
            of,
            evidence: mixed.evidence,
            fix: null,
          });
        }
        return { findings, drop: foreign.flatMap(({ rows }) => rows) };
      },
    };
  },
};

function seenOf(fields: Map<string, Map<string, Seen>>, field: string, name: string): Seen {
  const ofField = fields.get(field) ?? new Map<string, Seen>();
  fields.set(field, ofField);
  const seen = ofField.get(name) ?? { count: 0, rows: [], evidence: [] };
  ofField.set(name, seen);
  return seen;
}

function foreignTo(
  field: string,
  seen: ReadonlyMap<string, Seen>,
  of: number,
): { readonly finding: Finding; readonly rows: readonly number[] }[] {
  const total = [...seen.values()].reduce((sum, { count }) => sum + count, 0);
  const [usual] = [...seen].toSorted((a, b) => b[1].count - a[1].count);
  if (usual === undefined || usual[1].count < DOMINANT * total || seen.size === 1) return [];
  const others = [...seen].filter(([name]) => name !== usual[0]).map(([, each]) => each);
  const rows = others.flatMap((each) => each.rows);
  const evidence = others.flatMap((each) => each.evidence).slice(0, MOST_EVIDENCE);
  const message = `texts of ${field} are not in ${usual[0]}, as the rest is`;
  return [{ finding: { level: "problem", message, count: rows.length, of, evidence, fix: "drop" }, rows }];
}
