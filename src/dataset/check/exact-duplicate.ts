import { MOST_EVIDENCE, type Check, type Evidence } from "./check.ts";
import { createFirstRows } from "./first-rows.ts";
import { normalText } from "./normal-text.ts";
import { createPlaceList } from "./place-list.ts";
import { shown } from "./text-check.ts";

/** Rows whose input and reference stand in the dataset already. */
export const exactDuplicate: Check = {
  summary: "rows with the same input and reference as an earlier one, but for case, punctuation and spaces",
  create: () => {
    const first = createFirstRows();
    const places = createPlaceList();
    const rows: number[] = [];
    const evidence: Evidence[] = [];
    let of = 0;
    return {
      inspect: ({ row, ordinal, input, reference }) => {
        of++;
        places.add(row.place);
        const earlier = first.firstOf(`${normalText(input)}\n${normalText(reference)}`, ordinal);
        if (earlier === null) return;
        rows.push(ordinal);
        if (evidence.length === MOST_EVIDENCE) return;
        const other = { place: places.at(earlier), ordinal: earlier };
        evidence.push({ place: row.place, ordinal, other, what: shown(input) });
      },
      finish: () => ({
        findings:
          rows.length === 0
            ? []
            : [
                {
                  level: "problem",
                  message: "rows repeat an earlier one",
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
