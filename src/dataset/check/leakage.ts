import { hashSeed } from "../../stats/hash-seed.ts";
import { MOST_EVIDENCE, type Check, type CheckedRow, type Evidence, type Finding } from "./check.ts";
import { createFirstRows } from "./first-rows.ts";
import { createNearIndex } from "./near-index.ts";
import { normalText } from "./normal-text.ts";
import { createNumberList } from "./number-list.ts";
import { createPlaceList, type PlaceList } from "./place-list.ts";
import { shown } from "./text-check.ts";
import { createPairVerifier, leastAgreement, type PairVerifier } from "./verify-pairs.ts";

/** An evaluation row and the training row it repeats. */
interface Leak {
  readonly trained: number;
  readonly what: string;
}

/** Rows of the evaluation data that stand in the training data: their scores tell of memory. */
export const leakage: Check = {
  summary: "inputs that occur in the training data, word for word or nearly so",
  create: ({ similarity }) => {
    const first = createFirstRows();
    const index = createNearIndex();
    const trainPlaces = createPlaceList();
    const places = createPlaceList();
    const exact = new Map<number, Leak>();
    const near = new Map<number, Leak>();
    const neighbours = new Map<number, Leak>();
    const references = createNumberList();
    let trained = 0;
    let of = 0;
    let verifier: PairVerifier | null = null;
    const inspect = (row: CheckedRow): void => {
      of++;
      places.add(row.row.place);
      const text = normalText(row.input);
      if (trained === 0 || text === "") return;
      const earlier = first.firstOf(text, trained + row.ordinal);
      if (earlier !== null && earlier < trained) exact.set(row.ordinal, { trained: earlier, what: shown(row.input) });
      else if (earlier === null) index.add(text, trained + row.ordinal);
    };
    return {
      train: (row) => {
        trained++;
        trainPlaces.add(row.row.place);
        references.add(hashSeed(normalText(row.reference)));
        const text = normalText(row.input);
        if (text !== "" && first.firstOf(text, row.ordinal) === null) index.add(text, row.ordinal);
      },
      inspect,
      wantsSecondLook: () => {
        if (trained === 0) return false;
        verifier = createPairVerifier(index.candidates(leastAgreement(similarity), trained), similarity);
        return true;
      },
      lookAgain: (row, isTraining) => {
        const before = verifier?.similar.length ?? 0;
        verifier?.look(isTraining ? row.ordinal : trained + row.ordinal, normalText(row.input));
        const pair = verifier?.similar[before];
        if (pair === undefined) return;
        const what = `${pair.similarity.toFixed(2)} alike: ${shown(row.input)}`;
        // A question that differs in a word and has another answer is a hard question, not a remembered one.
        const isSameAnswer = references.at(pair.earlier) === hashSeed(normalText(row.reference));
        (isSameAnswer ? near : neighbours).set(row.ordinal, { trained: pair.earlier, what });
      },
      finish: () => {
        const about = { of, places, trainPlaces };
        const alike = `inputs are at least ${similarity} alike to one of the training data`;
        return {
          findings: [
            ...finding(exact, { ...about, level: "problem", message: "inputs stand in the training data" }),
            ...finding(near, { ...about, level: "problem", message: `${alike}, with the same reference` }),
            ...finding(neighbours, { ...about, level: "note", message: `${alike}, with another reference` }),
          ],
          drop: [...exact.keys(), ...near.keys()],
        };
      },
    };
  },
};

function finding(
  leaks: ReadonlyMap<number, Leak>,
  about: {
    readonly of: number;
    readonly level: Finding["level"];
    readonly message: string;
    readonly places: PlaceList;
    readonly trainPlaces: PlaceList;
  },
): Finding[] {
  if (leaks.size === 0) return [];
  const { of, level, message, places, trainPlaces } = about;
  const evidence: Evidence[] = [...leaks].slice(0, MOST_EVIDENCE).map(([ordinal, { trained, what }]) => ({
    place: places.at(ordinal),
    ordinal,
    other: { place: trainPlaces.at(trained), ordinal: trained },
    what,
  }));
  return [{ level, message, count: leaks.size, of, evidence, fix: level === "problem" ? "drop" : null }];
}
