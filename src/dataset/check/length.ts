import { MOST_EVIDENCE, type Check, type Finding } from "./check.ts";
import { createNumberList } from "./number-list.ts";
import { createPlaceList } from "./place-list.ts";

/** Characters of a token in English text, roughly; other languages have fewer. */
const CHARACTERS_A_TOKEN = 4;
/** Modified z-score (Iglewicz and Hoaglin 1993 take 3.5 of the values; of their logarithms, 6 spares skewed data). */
const OUTLIER = 6;
/** Below this many rows there is no telling what is usual. */
const FEWEST = 20;

/** Texts far longer or shorter than the rest, and such as the model cannot read whole. */
export const length: Check = {
  summary: "inputs far longer or shorter than the rest, or longer than the context window",
  create: ({ contextTokens }) => {
    const lengths = createNumberList();
    const places = createPlaceList();
    const evidenceFor = (ordinals: readonly number[]): Finding["evidence"] =>
      ordinals.slice(0, MOST_EVIDENCE).map((ordinal) => ({
        place: places.at(ordinal),
        ordinal,
        what: `${lengths.at(ordinal)} characters`,
      }));
    return {
      inspect: ({ row, input, reference }) => {
        places.add(row.place);
        lengths.add(input.length + reference.length);
      },
      finish: () => {
        const of = lengths.length;
        const values = lengths.values();
        const findings: Finding[] = [];
        const drop: number[] = [];
        if (contextTokens !== undefined) {
          const most = contextTokens * CHARACTERS_A_TOKEN;
          for (const [ordinal, value] of values.entries()) if (value > most) drop.push(ordinal);
          const message = `rows have more than ${most} characters, about ${contextTokens} tokens: the model cannot read them whole`;
          if (drop.length > 0)
            findings.push({
              level: "problem",
              message,
              count: drop.length,
              of,
              evidence: evidenceFor(drop),
              fix: "drop",
            });
        }
        const { rows, median } = outliers(values);
        const message = `rows are far longer or shorter than the rest (median ${median} characters)`;
        if (rows.length > 0)
          findings.push({ level: "note", message, count: rows.length, of, evidence: evidenceFor(rows), fix: null });
        return { findings, drop };
      },
    };
  },
};

function outliers(values: Uint32Array): { readonly rows: readonly number[]; readonly median: number } {
  if (values.length < FEWEST) return { rows: [], median: 0 };
  const median = middle(Float64Array.from(values));
  const logs = Float64Array.from(values, (value) => Math.log1p(value));
  const centre = middle(logs);
  // Where more than half of the lengths are equal the deviation is 0 and any other length would stand out.
  const deviation = Math.max(middle(logs.map((value) => Math.abs(value - centre))), 0.05);
  const rows: number[] = [];
  for (const [row, value] of logs.entries()) {
    if ((0.6745 * Math.abs(value - centre)) / deviation > OUTLIER) rows.push(row);
  }
  return { rows, median };
}

function middle(values: Float64Array): number {
  const sorted = values.toSorted();
  return sorted[sorted.length >> 1] ?? 0;
}
