import type { Sufficient } from "../../core/sufficient.ts";
import { sacrebleuInterval } from "../../stats/bootstrap-interval.ts";
import { exceedance, sacrebleuBootstrapP } from "../../stats/exceedance.ts";
import { pcg64 } from "../../stats/pcg64.ts";
import { shuffledDifferences } from "../../stats/randomisation.ts";
import { columnSums, forEachResample } from "../../stats/resample.ts";

/** How often something is drawn, from which seed. */
export interface Draws {
  readonly times: number;
  readonly seed: number;
}

/** A system's score; the rest where it was asked for. */
export interface Result {
  readonly score: number;
  readonly p: number | null;
  readonly mean: number | null;
  readonly ci: number | null;
}

export function scoreOf(statistics: Sufficient): number {
  return statistics.value(columnSums(statistics), statistics.n);
}

/** Scores of bootstrap resamples, every row drawn by itself as sacrebleu does, whatever their number. */
function resampledScores(statistics: Sufficient, { times, seed }: Draws): Float64Array {
  const scores = new Float64Array(times);
  let next = 0;
  forEachResample(statistics, { resamples: times, generator: pcg64(seed) }, (sums) => {
    scores[next++] = statistics.value(sums, statistics.n);
  });
  return scores;
}

/** "μ ± CI" of a single system. */
export function confidence(statistics: Sufficient, draws: Draws): { readonly mean: number; readonly ci: number } {
  return sacrebleuInterval(resampledScores(statistics, draws));
}

/** Paired bootstrap of every system against the first one (Koehn 2004). */
export function pairedBootstrapTest(systems: readonly Sufficient[], draws: Draws): Result[] {
  const scores = systems.map(scoreOf);
  const resampled = systems.map((each) => resampledScores(each, draws));
  return systems.map((_, index) => {
    const values = resampled[index] as Float64Array;
    const difference = (scores[index] as number) - (scores[0] as number);
    const p = index === 0 ? null : sacrebleuBootstrapP(resampled[0] as Float64Array, values, difference);
    return { score: scores[index] as number, p, ...sacrebleuInterval(values) };
  });
}

/** Approximate randomisation of every system against the first one (Riezler and Maxwell 2005). */
export function randomisationTest(systems: readonly Sufficient[], { times, seed }: Draws): Result[] {
  const [baseline] = systems;
  return systems.map((each, index) => {
    const score = scoreOf(each);
    if (index === 0 || baseline === undefined) return { score, p: null, mean: null, ci: null };
    const grouping = { mostRows: Infinity, groups: Infinity };
    const { differences } = shuffledDifferences(baseline, each, { trials: times, seed, grouping });
    return { score, p: exceedance(differences, Math.abs(score - scoreOf(baseline))), mean: null, ci: null };
  });
}
