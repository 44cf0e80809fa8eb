import { fleissKappa, krippendorffAlpha } from "../../../src/stats/agreement.ts";
import type { RatingLevel } from "../../../src/stats/agreement.ts";
import { binomialTest } from "../../../src/stats/binomial.ts";
import { kendallTauB, pearson, spearman } from "../../../src/stats/correlation.ts";
import { mcnemarChiSquare, mcnemarExact, mcnemarMidP } from "../../../src/stats/mcnemar.ts";
import { benjaminiHochberg, benjaminiYekutieli, bonferroni, holm, holmSidak } from "../../../src/stats/multiple.ts";
import { normalQuantile, normalTwoSided } from "../../../src/stats/normal.ts";
import {
  achievedPower,
  cohenH,
  repeatedDeviation,
  requiredSamples,
  smallestDetectableDifference,
  twoProportionPower,
  twoProportionSamples,
} from "../../../src/stats/power.ts";
import { agrestiCoull, clopperPearson, jeffreys, wald, wilson } from "../../../src/stats/proportion.ts";
import { quantile } from "../../../src/stats/quantile.ts";
import { signFlipExact } from "../../../src/stats/sign-flip.ts";
import { tQuantile } from "../../../src/stats/student-t.ts";
import { fisherExact, newcombe, twoProportionTest } from "../../../src/stats/two-proportions.ts";
import type { TwoProportions } from "../../../src/stats/two-proportions.ts";
import { wilcoxon } from "../../../src/stats/wilcoxon.ts";
import type { GoldenFunction } from "../golden-file.ts";
import { harnessFunctions } from "./harness.ts";
import { meanFunctions } from "./means.ts";
import { generatorFunctions } from "./generators.ts";
import { pairedFunctions } from "./paired.ts";

/** Tests, intervals and agreement; means, generators and resampling lie in files of their own. */
export const statsFunctions: Record<string, GoldenFunction> = {
  ...meanFunctions,
  ...generatorFunctions,
  ...harnessFunctions,
  ...pairedFunctions,
  "agree.krippendorff": (input, params) => ({
    alpha: krippendorffAlpha((input as { data: (number | null)[][] }).data, params["level"] as RatingLevel),
  }),
  "agree.fleiss": (input) => ({ kappa: fleissKappa((input as { counts: number[][] }).counts) }),
  corr: (input) => {
    const { x, y } = input as { x: number[]; y: number[] };
    return { pearson: pearson(x, y), spearman: spearman(x, y), kendall_tau_b: kendallTauB(x, y) };
  },
  "stat.mcnemar": (input) => {
    const [[, onlyA], [onlyB]] = (input as { table: [[number, number], [number, number]] }).table;
    const counts = { onlyA, onlyB };
    const plain = mcnemarChiSquare(counts, false);
    const corrected = mcnemarChiSquare(counts, true);
    return {
      exact_stat: Math.min(onlyA, onlyB),
      exact_p: mcnemarExact(counts),
      p_mid: mcnemarMidP(counts),
      chi2: plain.statistic,
      p: plain.p,
      chi2_cc: corrected.statistic,
      p_cc: corrected.p,
    };
  },
  "stat.wilcoxon": (input, params) => {
    const { a, b } = input as { a: number[]; b: number[] };
    return wilcoxon(
      a.map((x, i) => x - (b[i] as number)),
      { correction: params["correction"] === true },
    );
  },
  "stat.sign_flip_exact": (input) => ({ p: signFlipExact((input as { diffs: number[] }).diffs) }),
  "stat.proportion_ci": (input, params) => {
    const level = params["level"] as number;
    const { kn } = input as { kn: [number, number][] };
    return {
      wilson: kn.map(([k, n]) => wilson(k / n, n, { level })),
      beta: kn.map(([k, n]) => clopperPearson(k, n, level)),
      jeffreys: kn.map(([k, n]) => jeffreys(k, n, level)),
      agresti_coull: kn.map(([k, n]) => agrestiCoull(k, n, level)),
      normal: kn.map(([k, n]) => wald(k, n, level)),
    };
  },
  "stat.two_prop": (input) => {
    const counts = input as TwoProportions;
    return {
      ...twoProportionTest(counts),
      cohen_h: -cohenH(counts.k1 / counts.n1, counts.k2 / counts.n2),
      fisher_p: fisherExact(counts),
      newcombe: newcombe(counts, 0.95),
    };
  },
  "stat.multiple": (input, params) => {
    const alpha = params["alpha"] as number;
    const { p } = input as { p: number[] };
    const outcome = (adjusted: number[]): unknown => ({ adjusted, reject: adjusted.map((x) => x <= alpha) });
    return {
      bonferroni: outcome(bonferroni(p)),
      holm: outcome(holm(p)),
      "holm-sidak": outcome(holmSidak(p)),
      fdr_bh: outcome(benjaminiHochberg(p)),
      fdr_by: outcome(benjaminiYekutieli(p)),
    };
  },
  "stat.binom": (input, params) => ({
    p_values: (input as { kn: [number, number][] }).kn.map(([k, n]) => binomialTest(k, n, params["p"] as number)),
  }),
  "stat.power_miller": (input, params) => {
    const design = input as Record<"omega2" | "sigmaA2" | "sigmaB2" | "K_A" | "K_B" | "n" | "delta", number>;
    const { alpha, power } = params as { alpha: number; power: number };
    const sd = repeatedDeviation({ ...design, repeatsA: design.K_A, repeatsB: design.K_B });
    return {
      n_required: requiredSamples({ difference: design.delta, sd, alpha, power }),
      mde: smallestDetectableDifference({ n: design.n, sd, alpha, power }),
      power: achievedPower({ n: design.n, difference: design.delta, sd, alpha }),
    };
  },
  "stat.power_two_prop": (input, params) => {
    const { p1, p2 } = input as { p1: number; p2: number };
    const { alpha, power } = params as { alpha: number; power: number };
    const effect = cohenH(p1, p2);
    return {
      cohen_h: effect,
      n_per_group: twoProportionSamples(effect, { alpha, power }),
      power_at_500: twoProportionPower(effect, 500, alpha),
    };
  },
  "stat.quantiles": (input) => {
    const { q, df } = input as { q: number[]; df: number[] };
    return {
      norm: q.map(normalQuantile),
      t: df.map((f) => q.map((p) => tQuantile(p, f))),
      // The file evaluates the χ² tail at the points 0.1, 1, 3.841, 6.63 and 20.
      chi2_sf_1: [0.1, 1, 3.841, 6.63, 20].map((x) => normalTwoSided(Math.sqrt(x))),
    };
  },
  "stat.percentile": (input) => {
    const { values, q } = input as { values: number[]; q: number[] };
    const sorted = values.toSorted((x, y) => x - y);
    return { linear: q.map((x) => quantile(sorted, x / 100)) };
  },
};
