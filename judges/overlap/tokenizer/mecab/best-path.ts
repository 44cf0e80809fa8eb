import { withRoom } from "../../room.ts";
import { candidateFinder } from "./candidates.ts";
import type { MecabDictionary } from "./dictionary.ts";

/** Cuts a sentence in UTF-8 into words; calls `visit` with the bytes of each, in order. */
export type VisitWords = (bytes: Uint8Array, visit: (start: number, end: number) => void) => void;

/** Numbers of 16 bits a word of a word list has. */
const WORD_WIDTH = 8;

/** Nodes of the lattice by number; 0 is the beginning of the sentence. Links are numbers, −1 for none. */
interface Lattice {
  size: number;
  /** First and last byte, and the right context that the next word sees. */
  starts: Int32Array;
  ends: Int32Array;
  contexts: Int32Array;
  /** The node before it on the cheapest path, and the node added before it that ends at the same place. */
  before: Int32Array;
  sameEnd: Int32Array;
  costs: Float64Array;
}

function emptyLattice(): Lattice {
  const column = (): Int32Array => new Int32Array(1024);
  const lattice = { starts: column(), ends: column(), contexts: column(), before: column(), sameEnd: column() };
  return { size: 0, ...lattice, costs: new Float64Array(1024) };
}

function makeRoom(lattice: Lattice): void {
  const length = lattice.size + 1;
  if (length <= lattice.costs.length) return;
  lattice.starts = withRoom(lattice.starts, length);
  lattice.ends = withRoom(lattice.ends, length);
  lattice.contexts = withRoom(lattice.contexts, length);
  lattice.before = withRoom(lattice.before, length);
  lattice.sameEnd = withRoom(lattice.sameEnd, length);
  const costs = new Float64Array(lattice.starts.length);
  costs.set(lattice.costs);
  lattice.costs = costs;
}

/**
 * Makes MeCab 0.996's analysis, words only: of all ways to cut a sentence into words of the dictionary and unknown
 * words, the one with the lowest sum of the words' costs and of their neighbourhoods' (Kudo et al. 2004).
 */
export function bestPath(dictionary: MecabDictionary): VisitWords {
  const visitCandidates = candidateFinder(dictionary);
  const { matrix } = dictionary;
  const lattice = emptyLattice();

  /** The cheapest node to come from, the last added of equal ones, and what the path to it and the join cost. */
  const cheapest = (first: number, leftContext: number): { node: number; cost: number } => {
    let node = -1;
    let cost = Number.POSITIVE_INFINITY;
    for (let other = first; other !== -1; other = lattice.sameEnd[other] as number) {
      const join = matrix.costs[(lattice.contexts[other] as number) + matrix.size * leftContext] as number;
      const total = (lattice.costs[other] as number) + join;
      if (total < cost) {
        node = other;
        cost = total;
      }
    }
    return { node, cost };
  };

  return (bytes, visit) => {
    /** The node added last that ends before each byte. */
    const lastEnding = new Int32Array(bytes.length + 1).fill(-1);
    lattice.size = 1;
    lattice.sameEnd[0] = -1;
    lattice.before[0] = -1;
    lattice.contexts[0] = 0;
    lattice.costs[0] = 0;
    lastEnding[0] = 0;
    /** Candidates are linked in the order in which MeCab tries them: the one found last comes first. */
    let found: { start: number; end: number; left: number; right: number; cost: number }[] = [];
    for (let position = 0; position < bytes.length; position++) {
      const first = lastEnding[position] as number;
      if (first === -1) continue;
      found = [];
      visitCandidates(bytes, position, ({ known, words, start, end }) => {
        const list = known ? dictionary.known.words : dictionary.unknown.words;
        for (let index = words.first; index < words.first + words.count; index++) {
          const at = index * WORD_WIDTH;
          const [left, right] = [(list[at] as number) & 0xffff, (list[at + 1] as number) & 0xffff];
          found.push({ start, end, left, right, cost: list[at + 3] as number });
        }
      });
      for (const { start, end, left, right, cost } of found.toReversed()) {
        makeRoom(lattice);
        const best = cheapest(first, left);
        const node = lattice.size++;
        lattice.starts[node] = start;
        lattice.ends[node] = end;
        lattice.contexts[node] = right;
        lattice.before[node] = best.node;
        lattice.costs[node] = best.cost + cost;
        lattice.sameEnd[node] = lastEnding[end] as number;
        lastEnding[end] = node;
      }
    }
    let end = bytes.length;
    while (lastEnding[end] === -1) end--;
    const path: number[] = [];
    for (let node = cheapest(lastEnding[end] as number, 0).node; node > 0; node = lattice.before[node] as number) {
      path.push(node);
    }
    for (const node of path.reverse()) visit(lattice.starts[node] as number, lattice.ends[node] as number);
  };
}
