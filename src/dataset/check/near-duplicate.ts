import { MOST_EVIDENCE, type Check, type CheckedRow } from "./check.ts";
import { createFirstRows } from "./first-rows.ts";
import { createNearIndex } from "./near-index.ts";
import { normalText } from "./normal-text.ts";
import { createPlaceList } from "./place-list.ts";
import { shown } from "./text-check.ts";
import { createPairVerifier, leastAgreement, type PairVerifier } from "./verify-pairs.ts";

const textOf = (row: CheckedRow): string => normalText(`${row.input}\n${row.reference}`);

/** Rows that hardly differ from an earlier one. */
export const nearDuplicate: Check = {
  summary: "rows whose input and reference share most runs of five characters with an earlier row",
  create: ({ similarity }) => {
    const index = createNearIndex();
    const first = createFirstRows();
    const places = createPlaceList();
    const texts = new Map<number, string>();
    let verifier: PairVerifier | null = null;
    let of = 0;
    return {
      inspect: (row) => {
        of++;
        places.add(row.row.place);
        const text = textOf(row);
        // Exact repetitions have a check of their own, and would fill the buckets.
        if (text !== "" && first.firstOf(text, row.ordinal) === null) index.add(text, row.ordinal);
      },
      wantsSecondLook: () => {
        verifier = createPairVerifier(index.candidates(leastAgreement(similarity)), similarity);
        return true;
      },
      lookAgain: (row, isTraining) => {
        if (isTraining) return;
        const before = verifier?.similar.length ?? 0;
        verifier?.look(row.ordinal, textOf(row));
        if ((verifier?.similar.length ?? 0) > before && texts.size < MOST_EVIDENCE) texts.set(row.ordinal, row.input);
      },
      finish: () => {
        const pairs = new Map((verifier?.similar ?? []).map((pair) => [pair.later, pair]));
        const evidence = [...pairs.values()].slice(0, MOST_EVIDENCE).map(({ later, earlier, similarity: found }) => ({
          place: places.at(later),
          ordinal: later,
          other: { place: places.at(earlier), ordinal: earlier },
          what: `${found.toFixed(2)} alike: ${shown(texts.get(later) ?? "")}`,
        }));
        const message = `rows are at least ${similarity} alike to an earlier one`;
        return {
          findings: pairs.size === 0 ? [] : [{ level: "note", message, count: pairs.size, of, evidence, fix: "drop" }],
          drop: pairs.keys(),
        };
      },
    };
  },
};
