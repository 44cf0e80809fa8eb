import { hashSeed } from "../stats/hash-seed.ts";
import { allocate } from "./allocate.ts";
import type { Candidate } from "./population.ts";

/** A candidate that was drawn, with how many it stands for. */
export interface Drawn extends Candidate {
  readonly weight: number;
}

export interface DrawOptions {
  readonly n: number;
  readonly seed: number;
  /** At least so many of each stratum. */
  readonly least: number;
  /** Look at samples on which the checkpoints disagree three times as closely; weights make up for it. */
  readonly preferDisputed: boolean;
}

const EMPHASIS = 3;

/**
 * Draws without replacement, in strata; checkpoints (or pairs of them) are strata too, so that each is judged equally
 * often. Which members are drawn depends on the seed and their names, not on their order.
 */
export function draw(candidates: readonly Candidate[], { n, seed, least, preferDisputed }: DrawOptions): Drawn[] {
  const strata = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    const disputed = preferDisputed ? String(candidate.isDisputed) : "";
    const name = JSON.stringify([candidate.stratum, candidate.checkpoints, disputed]);
    const members = strata.get(name) ?? [];
    members.push(candidate);
    strata.set(name, members);
  }
  const named = [...strata].toSorted(([a], [b]) => (a < b ? -1 : Number(a > b)));
  const sizes = named.map(([name, members]) => {
    const stratum = { name, size: members.length };
    if (!preferDisputed) return stratum;
    // One of the undisputed must do: none would leave them without a weight.
    return members[0]?.isDisputed === true ? { ...stratum, emphasis: EMPHASIS } : { ...stratum, least: 1 };
  });
  const counts = allocate(sizes, n, least);
  return named.flatMap(([, members], index) => {
    const count = counts[index] ?? 0;
    const keyOf = (member: Candidate): number => hashSeed(seed, member.task, member.sample, ...member.checkpoints);
    return members
      .toSorted((a, b) => keyOf(a) - keyOf(b) || (a.sample < b.sample ? -1 : 1))
      .slice(0, count)
      .map((member) => ({ ...member, weight: members.length / count }));
  });
}
