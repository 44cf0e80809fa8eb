import type { Estimate } from "../../core/estimate.ts";
import { binomialTest } from "../../stats/binomial.ts";
import { weightedMean, withKnown } from "../../stats/weighted-mean.ts";
import type { HumanKey } from "../sheet.ts";
import { meanCredits, type JudgedItem } from "./judged-item.ts";

/** Two checkpoints against each other. */
export interface PairResult {
  readonly a: string;
  readonly b: string;
  /** Items that most raters gave to a, to b, to neither. */
  readonly wins: number;
  readonly losses: number;
  readonly ties: number;
  /** Samples on which both gave the same answer: ties that nobody was asked about. */
  readonly identical: number;
  /** Share that prefers a, a tie counting half, over the whole population including identical answers. */
  readonly winRate: Estimate | null;
  /** Two-sided sign test over items that were decided. */
  readonly p: number;
}

/** Win rates of every pair of a sheet of pairs. */
export function pairResults(items: readonly JudgedItem[], key: HumanKey): PairResult[] {
  const names = [...new Set(items.flatMap(({ entry }) => entry.checkpoints))].toSorted((a, b) => (a < b ? -1 : 1));
  return names.flatMap((a, index) =>
    names.slice(index + 1).flatMap((b) => {
      const between = items.filter(({ entry }) => entry.checkpoints.includes(a) && entry.checkpoints.includes(b));
      return between.length === 0 ? [] : [pairResult(between, { a, b, key })];
    }),
  );
}

function pairResult(
  items: readonly JudgedItem[],
  { a, b, key }: { readonly a: string; readonly b: string; readonly key: HumanKey },
): PairResult {
  const preferred = items.map((item) => ({ value: meanCredits(item).get(a) ?? 0, weight: item.entry.weight }));
  const wins = preferred.filter(({ value }) => value > 0.5).length;
  const losses = preferred.filter(({ value }) => value < 0.5).length;
  const identical = key.identical
    .filter(({ checkpoints }) => checkpoints.includes(a) && checkpoints.includes(b))
    .reduce((sum, { samples }) => sum + samples.length, 0);
  const weight = preferred.reduce((sum, each) => sum + each.weight, 0);
  const asked = weightedMean(preferred, { range: [0, 1], isShare: true });
  return {
    a,
    b,
    wins,
    losses,
    ties: items.length - wins - losses,
    identical,
    winRate: withKnown(asked, weight, { mean: 0.5, count: identical }),
    p: binomialTest(wins, wins + losses),
  };
}
