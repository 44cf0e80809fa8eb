import type { Estimate } from "../../core/estimate.ts";
import { binomialTest } from "../../stats/binomial.ts";
import { bradleyTerry, type Strength } from "../../stats/bradley-terry.ts";
import { wilson } from "../../stats/proportion.ts";
import type { HumanKey } from "../sheet.ts";
import { meanVerdict, type JudgedItem } from "./judged-item.ts";
import { weightedMean } from "./weighted-mean.ts";

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

/** How often the answer on the left won. */
export interface PositionBias {
  readonly left: number;
  readonly right: number;
  readonly rate: Estimate | null;
  readonly p: number;
}

export interface PairwiseResult {
  readonly pairs: readonly PairResult[];
  /** Checkpoint → strength; null where the answers do not decide it. */
  readonly strengths: Readonly<Record<string, Strength>> | null;
  readonly position: PositionBias;
}

/** Preference for the first of the two names, whichever side it stood on. */
function preferenceFor(first: string, { entry, answers }: JudgedItem): number {
  const left = meanVerdict(answers);
  return entry.checkpoints[0] === first ? left : 1 - left;
}

/** Win rates, strengths and position bias of a sheet of pairs. */
export function pairwiseResult(items: readonly JudgedItem[], key: HumanKey): PairwiseResult {
  const counted = items.filter(({ entry }) => entry.kind === "new");
  const names = [...new Set(counted.flatMap(({ entry }) => entry.checkpoints))].toSorted((a, b) => (a < b ? -1 : 1));
  const pairs = names.flatMap((a, index) =>
    names.slice(index + 1).flatMap((b) => {
      const between = counted.filter(({ entry }) => entry.checkpoints.includes(a) && entry.checkpoints.includes(b));
      return between.length === 0 ? [] : [pairResult(between, { a, b, key })];
    }),
  );
  const wins = names.map((a) =>
    names.map((b) => {
      const pair = pairs.find((each) => (each.a === a && each.b === b) || (each.a === b && each.b === a));
      if (pair === undefined) return 0;
      return (pair.a === a ? pair.wins : pair.losses) + pair.ties / 2;
    }),
  );
  const strengths = bradleyTerry(wins);
  return {
    pairs,
    strengths:
      strengths === null
        ? null
        : Object.fromEntries(names.flatMap((name, i) => (strengths[i] === undefined ? [] : [[name, strengths[i]]]))),
    position: positionBias(items),
  };
}

function pairResult(
  items: readonly JudgedItem[],
  { a, b, key }: { readonly a: string; readonly b: string; readonly key: HumanKey },
): PairResult {
  const preferred = items.map((item) => ({ value: preferenceFor(a, item), weight: item.entry.weight }));
  const wins = preferred.filter(({ value }) => value > 0.5).length;
  const losses = preferred.filter(({ value }) => value < 0.5).length;
  const identical = key.identical
    .filter((each) => (each.a === a && each.b === b) || (each.a === b && each.b === a))
    .reduce((sum, { count }) => sum + count, 0);
  return {
    a,
    b,
    wins,
    losses,
    ties: items.length - wins - losses,
    identical,
    winRate: withTies(weightedMean(preferred, { range: [0, 1], isShare: true }), preferred, identical),
    p: binomialTest(wins, wins + losses),
  };
}

/** The win rate of those asked, drawn towards one half by the ties that are known without asking. */
function withTies(
  asked: Estimate | null,
  preferred: readonly { readonly weight: number }[],
  identical: number,
): Estimate | null {
  if (asked === null || identical === 0) return asked;
  const weight = preferred.reduce((sum, each) => sum + each.weight, 0);
  const share = weight / (weight + identical);
  const all = (rate: number): number => share * rate + (1 - share) / 2;
  const method = `${asked.method}, ${identical} identical pairs as ties`;
  return { value: all(asked.value), n: asked.n, lo: all(asked.lo), hi: all(asked.hi), method };
}

/** Over single answers: sides are balanced, so without a bias each side wins half. */
function positionBias(items: readonly JudgedItem[]): PositionBias {
  const values = items
    .filter(({ entry }) => entry.kind !== "gold")
    .flatMap(({ answers }) => answers.map(({ value }) => value));
  const left = values.filter((value) => value === "A").length;
  const right = values.filter((value) => value === "B").length;
  const n = left + right;
  if (n === 0) return { left, right, rate: null, p: 1 };
  const [lo, hi] = wilson(left / n, n, { level: 0.95 });
  return { left, right, rate: { value: left / n, n, lo, hi, method: "wilson-95" }, p: binomialTest(left, n) };
}
