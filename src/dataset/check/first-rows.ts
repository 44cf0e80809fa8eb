import { createIdSet } from "../id-set.ts";

/** Which texts came before, at 12 to 48 bytes a text. */
export interface FirstRows {
  /**
   * Ordinal of the first row with this text, null if it is this one. Texts are told apart by 64 bits of hash: among ten
   * million, two different ones are taken for one with a probability of 3 in a million.
   */
  firstOf(text: string, ordinal: number): number | null;
}

/** No text yet. */
export function createFirstRows(): FirstRows {
  const seen = createIdSet();
  return {
    firstOf: (text, ordinal) => {
      const earlier = seen.add(text, ordinal);
      return earlier.length === 0 ? null : Math.min(...earlier);
    },
  };
}
