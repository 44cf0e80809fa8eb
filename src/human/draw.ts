import { hashSeed } from "../stats/hash-seed.ts";
import { allocate } from "./allocate.ts";
import type { Candidate } from "./population.ts";

/** A candidate that was drawn, with how many it stands for. */
export interface Drawn extends Candidate {
  readonly weight: number;
}

/** What was drawn of a stratum. */
export interface Allotment {
  readonly stratum: string;
  readonly drawn: number;
  readonly of: number;
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
 * often. Which members are drawn depends on the seed and the names of the samples, not on their order nor on whose
 * answers they are: single answers of several checkpoints are drawn of the same samples and can be paired.
 */
export function draw(candidates: readonly Candidate[], { n, seed, least, preferDisputed }: DrawOptions): Drawn[] {
  const strata = Map.groupBy(candidates, ({ stratum, group, isDisputed }) =>
    JSON.stringify([stratum, group, preferDisputed && isDisputed]),
  );
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
    const keyOf = (member: Candidate): number => hashSeed(seed, member.task, member.sample, ...rankedBy(member));
    return members
      .toSorted((a, b) => keyOf(a) - keyOf(b) || (a.sample < b.sample ? -1 : 1))
      .slice(0, count)
      .map((member) => ({ ...member, weight: members.length / count }));
  });
}

/** Different pairs are asked about different samples, which tells more; single answers about the same ones. */
function rankedBy({ group, checkpoints }: Candidate): readonly string[] {
  return checkpoints.length > 1 ? [group] : [];
}

/** How many were drawn of each stratum, for people. */
export function allotments(candidates: readonly Candidate[], drawn: readonly Drawn[]): Allotment[] {
  const of = Map.groupBy(candidates, ({ stratum }) => stratum);
  const taken = Map.groupBy(drawn, ({ stratum }) => stratum);
  return [...of]
    .map(([stratum, members]) => ({ stratum, drawn: taken.get(stratum)?.length ?? 0, of: members.length }))
    .toSorted((a, b) => (a.stratum < b.stratum ? -1 : Number(a.stratum > b.stratum)));
}
