import type { PeopleView } from "../../src/compare/people.ts";

/** What three raters say of pairs of two checkpoints: the third of them at random. */
export const people: readonly PeopleView[] = [
  {
    sheet: "k7m2xq",
    form: "pairwise",
    isPicked: false,
    judged: 90,
    items: 100,
    means: [
      {
        checkpoint: "tiny-icd/checkpoint-252",
        mean: { value: 0.58, n: 90, lo: 0.48, hi: 0.675, method: "wilson-95 (weighted, n_eff 81.4), 61 known" },
      },
      {
        checkpoint: "tiny-icd/checkpoint-441",
        mean: { value: 0.42, n: 90, lo: 0.325, hi: 0.52, method: "wilson-95 (weighted, n_eff 81.4), 61 known" },
      },
    ],
    pairs: [
      {
        a: "tiny-icd/checkpoint-252",
        b: "tiny-icd/checkpoint-441",
        wins: 45,
        losses: 27,
        ties: 18,
        identical: 61,
        winRate: { value: 0.58, n: 90, lo: 0.48, hi: 0.675, method: "wilson-95 (weighted, n_eff 81.4), 61 known" },
        p: 0.0446,
      },
    ],
    strengths: {
      "tiny-icd/checkpoint-252": { value: 0.2, lo: -0.01, hi: 0.41 },
      "tiny-icd/checkpoint-441": { value: -0.2, lo: -0.41, hi: 0.01 },
    },
    position: {
      first: 101,
      picked: 180,
      rate: { value: 0.561, n: 180, lo: 0.488, hi: 0.632, method: "wilson-95" },
      expected: 0.5,
      p: 0.117,
    },
    agreement: {
      raters: 3,
      items: 90,
      percent: 0.61,
      cohen: null,
      fleiss: 0.41,
      krippendorff: 0.42,
      isTentative: true,
    },
    raters: [
      {
        rater: "ann",
        answers: 100,
        agreement: 0.71,
        steady: { same: 9, of: 10 },
        gold: { right: 5, of: 5 },
        medianSeconds: 4.2,
        isOutlier: false,
      },
      {
        rater: "mal <b>",
        answers: 100,
        agreement: 0.34,
        steady: { same: 4, of: 10 },
        gold: { right: 2, of: 5 },
        medianSeconds: null,
        isOutlier: true,
      },
    ],
    judges: [
      {
        metric: "title/bleu",
        n: 90,
        accuracy: { value: 0.64, n: 72, lo: 0.524, hi: 0.741, method: "wilson-95" },
        p: 0.0189,
        kappa: 0.28,
        spearman: null,
        kendall: null,
        calibration: [
          {
            lo: 0.4,
            hi: 21.3,
            n: 36,
            judge: 8.1,
            people: { value: 0.56, n: 36, lo: 0.397, hi: 0.709, method: "wilson-95" },
          },
          {
            lo: 21.9,
            hi: 100,
            n: 36,
            judge: 48.2,
            people: { value: 0.72, n: 36, lo: 0.559, hi: 0.84, method: "wilson-95" },
          },
        ],
        gap: null,
      },
    ],
  },
  {
    sheet: "h2w4na",
    form: "rating",
    isPicked: true,
    judged: 50,
    items: 50,
    means: [
      { checkpoint: "tiny-icd/checkpoint-252", mean: { value: 3.9, n: 50, lo: 3.6, hi: 4.2, method: "t-95" } },
      { checkpoint: "tiny-icd/checkpoint-441", mean: null },
    ],
    pairs: [],
    strengths: null,
    position: null,
    agreement: { raters: 1, items: 0, percent: null, cohen: null, fleiss: null, krippendorff: null, isTentative: true },
    raters: [
      {
        rater: "ann",
        answers: 50,
        agreement: null,
        steady: { same: 0, of: 0 },
        gold: { right: 0, of: 0 },
        medianSeconds: 3.1,
        isOutlier: false,
      },
    ],
    judges: [
      {
        metric: "title/bleu",
        n: 50,
        accuracy: null,
        p: null,
        kappa: null,
        spearman: { value: 0.41, n: 50, lo: 0.14, hi: 0.63, method: "bonett-wright-95" },
        kendall: 0.32,
        calibration: [
          { lo: 0, hi: 100, n: 50, judge: 21, people: { value: 0.72, n: 50, lo: 0.58, hi: 0.83, method: "wilson-95" } },
        ],
        gap: { bias: -0.51, error: 0.51 },
      },
    ],
  },
];
