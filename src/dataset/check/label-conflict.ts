import { hashSeed } from "../../stats/hash-seed.ts";
import { MOST_EVIDENCE, type Check, type Evidence } from "./check.ts";
import { createFirstRows } from "./first-rows.ts";
import { normalText } from "./normal-text.ts";
import { createNumberList } from "./number-list.ts";
import { createPlaceList } from "./place-list.ts";
import { shown } from "./text-check.ts";

/** Rows that ask the same and answer differently: no model can be right on both. */
export const labelConflict: Check = {
  summary: "the same input with another reference",
  create: ({ roles }) => {
    const first = createFirstRows();
    const references = createNumberList();
    const places = createPlaceList();
    const rows: number[] = [];
    const evidence: Evidence[] = [];
    let of = 0;
    return {
      inspect: ({ row, ordinal, input, reference }) => {
        of++;
        places.add(row.place);
        const hash = hashSeed(normalText(reference));
        references.add(hash);
        if (roles.reference.length === 0 || input === "") return;
        const earlier = first.firstOf(normalText(input), ordinal);
        if (earlier === null || references.at(earlier) === hash) return;
        rows.push(ordinal);
        if (evidence.length === MOST_EVIDENCE) return;
        const other = { place: places.at(earlier), ordinal: earlier };
        evidence.push({ place: row.place, ordinal, other, what: `${shown(input, 40)} → ${shown(reference, 40)}` });
      },
      finish: () => ({
        // Which of the two is right only a person can say.
        findings:
          rows.length === 0
            ? []
            : [
                {
                  level: "problem",
                  message: "rows give another reference to an input that came before",
                  count: rows.length,
                  of,
                  evidence,
                  fix: null,
                },
              ],
      }),
    };
  },
};
