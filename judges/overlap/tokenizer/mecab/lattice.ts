import { withRoom } from "../../room.ts";
import type { ConnectionMatrix } from "./dictionary.ts";

/** A word as a node: its place in bytes, the contexts its neighbours see, and its own cost. */
export interface Node {
  readonly start: number;
  readonly end: number;
  readonly left: number;
  readonly right: number;
  readonly cost: number;
}

/**
 * The words that a sentence may consist of, as far as they have been added, each with the cheapest path to it. Nodes
 * are numbers; 0 is the beginning of the sentence. Links are node numbers, −1 for none.
 */
export interface Lattice {
  readonly matrix: ConnectionMatrix;
  size: number;
  /** The node added last that ends before each byte. */
  lastEnding: Int32Array;
  /** The node added before it that ends at the same byte. */
  sameEnd: Int32Array;
  starts: Int32Array;
  ends: Int32Array;
  rights: Int32Array;
  /** The node before it on the cheapest path, and that path's cost. */
  before: Int32Array;
  costs: Float64Array;
}

/** A lattice for a sentence of so many bytes that holds its beginning. */
export function newLattice(matrix: ConnectionMatrix, bytes: number): Lattice {
  const column = (): Int32Array => new Int32Array(1024).fill(-1, 0, 1);
  const lattice = {
    matrix,
    size: 1,
    lastEnding: new Int32Array(bytes + 1).fill(-1),
    sameEnd: column(),
    starts: column(),
    ends: column(),
    rights: new Int32Array(1024),
    before: column(),
    costs: new Float64Array(1024),
  };
  lattice.lastEnding[0] = 0;
  return lattice;
}

function grow(lattice: Lattice): void {
  const length = 2 * lattice.costs.length;
  for (const column of ["sameEnd", "starts", "ends", "rights", "before"] as const) {
    lattice[column] = withRoom(lattice[column], length);
  }
  const costs = new Float64Array(length);
  costs.set(lattice.costs);
  lattice.costs = costs;
}

/** The node that ends at `end` from which a word with this left context costs least, and what it costs; the last added of equal ones. */
function cheapestBefore(lattice: Lattice, end: number, left: number): { readonly node: number; readonly cost: number } {
  const { matrix, sameEnd, rights, costs } = lattice;
  let best = -1;
  let cost = Number.POSITIVE_INFINITY;
  for (let node = lattice.lastEnding[end] as number; node !== -1; node = sameEnd[node] as number) {
    const total = (costs[node] as number) + (matrix.costs[(rights[node] as number) + matrix.size * left] as number);
    if (total < cost) {
      best = node;
      cost = total;
    }
  }
  return { node: best, cost };
}

/** Adds a word behind the nodes that end at `position`, where it begins or the white space before it does. */
export function addNode(lattice: Lattice, position: number, { start, end, left, right, cost }: Node): void {
  if (lattice.size === lattice.costs.length) grow(lattice);
  const best = cheapestBefore(lattice, position, left);
  const node = lattice.size++;
  lattice.starts[node] = start;
  lattice.ends[node] = end;
  lattice.rights[node] = right;
  lattice.before[node] = best.node;
  lattice.costs[node] = best.cost + cost;
  lattice.sameEnd[node] = lattice.lastEnding[end] as number;
  lattice.lastEnding[end] = node;
}

/** The nodes of the cheapest path to the end of the sentence, or to the last word before white space. */
export function cheapestPath(lattice: Lattice): readonly number[] {
  let end = lattice.lastEnding.length - 1;
  while (lattice.lastEnding[end] === -1) end--;
  const path: number[] = [];
  let { node } = cheapestBefore(lattice, end, 0);
  for (; node > 0; node = lattice.before[node] as number) path.push(node);
  return path.toReversed();
}
