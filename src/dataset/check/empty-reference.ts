import { MOST_EVIDENCE, type Check, type Evidence } from "./check.ts";

/** What people write where an answer is missing. */
const PLACEHOLDER = /^[\s\p{P}\p{S}]*(?:n\/?a|none|null|nan|nil|todo|tbd|unknown|undefined|missing)?[\s\p{P}\p{S}]*$/iu;

/** References without an answer. */
export const emptyReference: Check = {
  summary: "references that are missing, empty or a placeholder",
  create: ({ roles }) => {
    const rows: number[] = [];
    const evidence: Evidence[] = [];
    let of = 0;
    return {
      inspect: ({ row, ordinal, texts, reference }) => {
        of++;
        if (roles.reference.length === 0 || !PLACEHOLDER.test(reference)) return;
        // Answers such as "?" or "+" are answers where a column holds little else; a lone sign is no placeholder.
        if (/^[\p{S}\p{P}]+$/u.test(reference) && reference.length === 1) return;
        rows.push(ordinal);
        const [field = ""] = roles.reference;
        const isThere = texts.some(({ role }) => role === "reference");
        const what = isThere ? `the reference is ${JSON.stringify(reference)}` : "there is no reference";
        if (evidence.length < MOST_EVIDENCE) evidence.push({ place: row.place, ordinal, field, what });
      },
      finish: () => ({
        findings:
          rows.length === 0
            ? []
            : [
                {
                  level: "problem",
                  message: "rows have no reference",
                  count: rows.length,
                  of,
                  evidence,
                  fix: "drop",
                },
              ],
        drop: rows,
      }),
    };
  },
};
