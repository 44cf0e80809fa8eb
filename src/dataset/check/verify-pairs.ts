import { jaccard, shingleSet } from "./minhash.ts";
import type { Candidate } from "./near-index.ts";

/** A pair whose texts were compared. */
export interface SimilarPair extends Candidate {
  /** Jaccard similarity of their runs of five characters, 0..1. */
  readonly similarity: number;
}

/** Compares candidates exactly in one more pass: a text is held only until the last row that needs it. */
export interface PairVerifier {
  /** Told each text by its key, ascending. */
  look(key: number, text: string): void;
  readonly similar: readonly SimilarPair[];
}

/** A verifier of these candidates. */
export function createPairVerifier(candidates: readonly Candidate[], least: number): PairVerifier {
  const earlierOf = new Map<number, number[]>();
  const uses = new Map<number, number>();
  for (const { later, earlier } of candidates) {
    earlierOf.set(later, [...(earlierOf.get(later) ?? []), earlier]);
    uses.set(earlier, (uses.get(earlier) ?? 0) + 1);
  }
  const held = new Map<number, Uint32Array>();
  const similar: SimilarPair[] = [];
  return {
    similar,
    look: (key, text) => {
      const partners = earlierOf.get(key);
      if (partners === undefined && !uses.has(key)) return;
      const shingles = shingleSet(text);
      for (const earlier of partners ?? []) {
        const other = held.get(earlier);
        if (other === undefined) continue;
        const similarity = jaccard(shingles, other);
        if (similarity >= least) similar.push({ later: key, earlier, similarity });
        const left = (uses.get(earlier) ?? 1) - 1;
        uses.set(earlier, left);
        if (left === 0) held.delete(earlier);
      }
      if ((uses.get(key) ?? 0) > 0) held.set(key, shingles);
    },
  };
}

/**
 * Agreeing bins scatter around the similarity by √(s(1 − s)/100) = 0.04 at 0.8. Two and a half deviations below, nearly
 * nothing that is similar is left out; what is not is sorted out by the exact comparison.
 */
export function leastAgreement(similarity: number): number {
  return Math.max(0, similarity - 2.5 * Math.sqrt((similarity * (1 - similarity)) / 100));
}
