import { cohenKappa, confusionMatrix } from "../../../judges/answers/confusion.ts";
import type { Estimate } from "../../core/estimate.ts";
import { binomialTest } from "../../stats/binomial.ts";
import { kendallTauB, spearman, spearmanInterval } from "../../stats/correlation.ts";
import { wilson } from "../../stats/proportion.ts";
import type { HumanForm } from "../sheet.ts";
import {
  calibrationBins,
  calibrationGap,
  type CalibrationBin,
  type CalibrationGap,
  type Observation,
} from "./calibration.ts";
import { creditRange, meanCredits, type JudgedItem } from "./judged-item.ts";

/** How far a metric goes along with people. */
export interface JudgeAgreement {
  /** "task/metric". */
  readonly metric: string;
  /** Items that both judged. */
  readonly n: number;
  /** Comparisons: share of the items people decided on which the metric prefers the same answer; its ties are shared. */
  readonly accuracy: Estimate | null;
  /** Two-sided p of that against guessing, over items that both decided. */
  readonly p: number | null;
  /** Cohen's: of comparisons by who won, of single answers where the metric's values are people's (quadratic for points). */
  readonly kappa: number | null;
  /** Single answers: rank correlations of people's means and scores. */
  readonly spearman: Estimate | null;
  readonly kendall: number | null;
  /** Single answers: what people say by the score. Comparisons: how often they agree by the difference of scores. */
  readonly calibration: readonly CalibrationBin[];
  /** Single answers, for metrics whose range has ends. */
  readonly gap: CalibrationGap | null;
}

/** A metric of a run, as far as it is set beside people. */
export interface JudgedMetric {
  /** "task/metric". */
  readonly key: string;
  readonly task: string;
  readonly higherIsBetter: boolean;
  readonly range: readonly [number, number];
  /** Of a sample's id; null where it was not scored. */
  scoreOf(sample: string, checkpoint: string): number | null;
}

/** An item with one metric's scores of the answers that it shows, higher being better, and people's credits. */
interface Seen {
  readonly scores: readonly number[];
  readonly credits: readonly number[];
}

/** Sets each metric of the judged answers beside what people said. */
export function judgeAgreement(
  items: readonly JudgedItem[],
  metrics: readonly JudgedMetric[],
  form: HumanForm,
): JudgeAgreement[] {
  const counted = items
    .filter(({ entry }) => entry.kind === "new")
    .map((item) => ({ entry: item.entry, credits: meanCredits(item) }));
  return metrics.flatMap((metric) => {
    const seen = counted.flatMap(({ entry, credits }): Seen[] => {
      if (entry.task !== metric.task) return [];
      const scores = entry.checkpoints.map((id) => metric.scoreOf(entry.sample, id)).filter((score) => score !== null);
      if (scores.length < entry.checkpoints.length) return [];
      return [
        {
          scores: scores.map((score) => (metric.higherIsBetter ? score : -score)),
          credits: entry.checkpoints.map((id) => credits.get(id) ?? 0),
        },
      ];
    });
    if (seen.length === 0) return [];
    const isCompared = form === "pairwise" || form === "choice";
    return [isCompared ? ofComparisons(metric.key, seen) : ofSingles(metric, seen, form)];
  });
}

/** Positions of the largest numbers. */
function best(numbers: readonly number[]): readonly number[] {
  const most = Math.max(...numbers);
  return numbers.flatMap((x, index) => (x === most ? [index] : []));
}

function ofComparisons(metric: string, list: readonly Seen[]): JudgeAgreement {
  const decided = list.flatMap(({ scores, credits }) => {
    const [preferred, ...others] = best(credits);
    if (preferred === undefined || others.length > 0) return [];
    const favourites = best(scores);
    const agrees = favourites.includes(preferred) ? 1 / favourites.length : 0;
    const [first = 0, second = 0] = scores.toSorted((a, b) => b - a);
    return [{ agrees, chance: 1 / scores.length, isTie: favourites.length > 1, margin: first - second }];
  });
  const clear = decided.filter(({ isTie }) => !isTie);
  const chance = clear.reduce((sum, each) => sum + each.chance, 0) / clear.length;
  const same = clear.filter(({ agrees }) => agrees === 1).length;
  const observations: Observation[] = clear.map(({ agrees, margin }) => ({ judge: margin, people: agrees }));
  return {
    metric,
    n: list.length,
    accuracy: shareOf(decided.map(({ agrees }) => agrees)),
    p: clear.length === 0 ? null : binomialTest(same, clear.length, chance),
    kappa: kappaOf(list.map(({ scores, credits }) => [winner(credits), winner(scores)])),
    spearman: null,
    kendall: null,
    calibration: clear.length === 0 ? [] : calibrationBins(observations),
    gap: null,
  };
}

/** The answer that won, from 1; 0 for a tie. */
function winner(numbers: readonly number[]): number {
  const [first = 0, ...others] = best(numbers);
  return others.length > 0 ? 0 : first + 1;
}

function kappaOf(pairs: readonly (readonly [number, number])[], weights: "none" | "quadratic" = "none"): number | null {
  if (pairs.length === 0) return null;
  const classes = 1 + Math.max(...pairs.flat());
  const first = pairs.map(([a]) => a);
  const kappa = cohenKappa(
    confusionMatrix(
      first,
      pairs.map(([, b]) => b),
      classes,
    ),
    weights,
  );
  return Number.isNaN(kappa) ? null : kappa;
}

function shareOf(values: readonly number[]): Estimate | null {
  const n = values.length;
  if (n === 0) return null;
  const value = values.reduce((sum, x) => sum + x, 0) / n;
  const [lo, hi] = wilson(value, n, { level: 0.95 });
  return { value, n, lo, hi, method: "wilson-95" };
}

function ofSingles(metric: JudgedMetric, list: readonly Seen[], form: HumanForm): JudgeAgreement {
  const sign = metric.higherIsBetter ? 1 : -1;
  const people = list.map(({ credits }) => credits[0] ?? 0);
  const scores = list.map((each) => each.scores[0] ?? 0);
  const [low, high] = creditRange(form);
  const [floor, ceiling] = metric.range;
  const range = sign === 1 ? metric.range : ([-ceiling, -floor] as const);
  const bins = calibrationBins(
    scores.map((judge, index) => ({ judge, people: ((people[index] ?? 0) - low) / (high - low) })),
  );
  const rho = spearman(people, scores);
  return {
    metric: metric.key,
    n: list.length,
    accuracy: null,
    p: null,
    kappa: singleKappa(people, scores, { people: [low, high], judge: range }),
    spearman: rho === null ? null : spearmanInterval(rho, list.length),
    kendall: kendallTauB(people, scores),
    // As the metric writes its numbers, whichever way they go.
    calibration: bins.map((bin) => (sign === 1 ? bin : { ...bin, lo: -bin.hi, hi: -bin.lo, judge: -bin.judge })),
    gap: calibrationGap(bins, range),
  };
}

/** Kappa where the metric gives nothing but values of people's own scale: right or wrong, or the same points. */
function singleKappa(
  people: readonly number[],
  scores: readonly number[],
  range: { readonly people: readonly [number, number]; readonly judge: readonly [number, number] },
): number | null {
  const [low, high] = range.people;
  const [floor, ceiling] = range.judge;
  const isBinary = high - low === 1 && Number.isFinite(ceiling - floor);
  if (!isBinary && (floor !== low || ceiling !== high)) return null;
  const codes = scores.map((score) => ((score - floor) / (ceiling - floor)) * (high - low));
  if (codes.some((code) => Math.abs(code - Math.round(code)) > 1e-9)) return null;
  const pairs = people.map((value, index) => [Math.round(value - low), Math.round(codes[index] ?? 0)] as const);
  return kappaOf(pairs, isBinary ? "none" : "quadratic");
}
