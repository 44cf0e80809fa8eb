import { candidateFinder, type Candidate } from "./candidates.ts";
import type { MecabDictionary } from "./dictionary.ts";
import { addNode, cheapestPath, newLattice, type Node } from "./lattice.ts";

/** Cuts a sentence in UTF-8 into words; calls `visit` with the place of each in bytes, in order. */
export type VisitWords = (bytes: Uint8Array, visit: (start: number, end: number) => void) => void;

/** Numbers of 16 bits a word of a word list has. */
const WORD_WIDTH = 8;

function nodesOf(dictionary: MecabDictionary, { known, words, start, end }: Candidate): readonly Node[] {
  const list = known ? dictionary.known.words : dictionary.unknown.words;
  return Array.from({ length: words.count }, (_, index) => {
    const at = (words.first + index) * WORD_WIDTH;
    const [left, right] = [(list[at] as number) & 0xffff, (list[at + 1] as number) & 0xffff];
    return { start, end, left, right, cost: list[at + 3] as number };
  });
}

/**
 * Makes MeCab 0.996's analysis, words only: of all ways to cut a sentence into words of the dictionary and unknown
 * words, the one with the lowest sum of the words' costs and of their neighbourhoods' (Kudo et al. 2004). Text behind
 * a NUL is read like any other; MeCab's own interfaces end there.
 */
export function bestPath(dictionary: MecabDictionary): VisitWords {
  const visitCandidates = candidateFinder(dictionary);
  return (bytes, visit) => {
    const lattice = newLattice(dictionary.matrix, bytes.length);
    for (let position = 0; position < bytes.length; position++) {
      if (lattice.lastEnding[position] === -1) continue;
      const nodes: Node[] = [];
      visitCandidates(bytes, position, (candidate) => nodes.push(...nodesOf(dictionary, candidate)));
      // MeCab links the word found last first, which decides between equally good readings.
      for (const node of nodes.toReversed()) addNode(lattice, position, node);
    }
    for (const node of cheapestPath(lattice)) visit(lattice.starts[node] as number, lattice.ends[node] as number);
  };
}
