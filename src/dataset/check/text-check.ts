import { MOST_EVIDENCE, type Check, type Evidence, type Finding } from "./check.ts";

interface TextCheckOptions {
  readonly summary: string;
  readonly level: Finding["level"];
  /** The finding as a sentence. */
  readonly message: string;
  /** What is wrong with a text in a few words, null if nothing. */
  readonly find: (text: string) => string | null;
  /** The text put right. Without it a row with the fault is dropped. */
  readonly repair?: (text: string) => string;
}

/** A check that looks at each text on its own. */
export function textCheck({ summary, level, message, find, repair }: TextCheckOptions): Check {
  return {
    summary,
    ...(repair === undefined ? {} : { repair }),
    create: () => {
      let of = 0;
      const rows: number[] = [];
      const evidence: Evidence[] = [];
      return {
        inspect: ({ row, ordinal, texts }) => {
          of++;
          for (const { field, text } of texts) {
            const what = find(text);
            if (what === null) continue;
            rows.push(ordinal);
            if (evidence.length < MOST_EVIDENCE) evidence.push({ place: row.place, ordinal, field, what });
            break;
          }
        },
        finish: () => ({
          findings:
            rows.length === 0
              ? []
              : [{ level, message, count: rows.length, of, evidence, fix: repair === undefined ? "drop" : "repair" }],
          ...(repair === undefined ? { drop: rows } : {}),
        }),
      };
    },
  };
}

/** A piece of a text that can be shown on a line: what cannot be seen is written as its code point. */
export function shown(text: string, most = 60): string {
  const visible = text.replaceAll(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, (character) => codePoint(character));
  const characters = Array.from(visible);
  return characters.length <= most ? visible : `${characters.slice(0, most - 1).join("")}…`;
}

/** For example "U+200B". */
export function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}
