import { bleu } from "../../judges/overlap/bleu.ts";
import { chrf } from "../../judges/overlap/chrf.ts";
import { visitSegments } from "../../judges/overlap/corpus.ts";
import { ter } from "../../judges/overlap/ter.ts";
import { rougeScorer } from "../../judges/rouge/scorer.ts";
import type { Sufficient } from "../../src/core/sufficient.ts";
import { pairedBootstrap } from "../../src/stats/bootstrap.ts";
import { exceedance, sacrebleuBootstrapP } from "../../src/stats/exceedance.ts";
import { shuffledDifferences } from "../../src/stats/randomisation.ts";
import { columnSums } from "../../src/stats/resample.ts";
import type { Texts } from "./texts.ts";

/** One measured job. */
export interface Row {
  readonly name: string;
  readonly label: string;
  /** Which of the generated texts it reads, and how many of them at most. */
  readonly texts: "segments" | "documents";
  readonly most?: number;
  /** Makes ready what is not measured, and returns the job: its result must equal the reference's. */
  prepare(texts: Texts): () => number;
}

const ROUGE = ["rouge1", "rouge2", "rougeL", "rougeLsum"];
const RESAMPLES = 1000;
const TRIALS = 10_000;
const SEED = 12345;

export const rows: readonly Row[] = [
  {
    name: "bleu",
    label: "corpus BLEU, 13a",
    texts: "segments",
    prepare:
      ({ a, references }) =>
      () =>
        bleu().corpus(a, [references]).score,
  },
  {
    name: "chrf",
    label: "chrF",
    texts: "segments",
    prepare:
      ({ a, references }) =>
      () =>
        chrf().corpus(a, [references]).score,
  },
  {
    name: "chrf++",
    label: "chrF++",
    texts: "segments",
    prepare:
      ({ a, references }) =>
      () =>
        chrf({ wordOrder: 2 }).corpus(a, [references]).score,
  },
  {
    name: "ter",
    label: "TER",
    texts: "segments",
    most: 2000,
    prepare:
      ({ a, references }) =>
      () =>
        ter().corpus(a, [references]).score,
  },
  { name: "rouge", label: "ROUGE-1, 2, L, Lsum", texts: "segments", prepare: (texts) => () => meanRouge(texts, false) },
  {
    name: "rouge-stemmed",
    label: "ROUGE-1, 2, L, Lsum, stemmed",
    texts: "segments",
    prepare: (texts) => () => meanRouge(texts, true),
  },
  {
    name: "rouge-documents",
    label: "ROUGE-1, 2, L, Lsum, long documents",
    texts: "documents",
    prepare: (texts) => () => meanRouge(texts, false),
  },
  {
    name: "bootstrap",
    label: `paired bootstrap of BLEU, ${RESAMPLES} resamples`,
    texts: "segments",
    prepare: ({ a, b, references }) => {
      const [first, second] = [bleuStatistics(a, references), bleuStatistics(b, references)];
      return () => {
        const drawn = pairedBootstrap(first, second, { resamples: RESAMPLES, seed: SEED });
        return sacrebleuBootstrapP(drawn.a, drawn.b, valueOf(second) - valueOf(first));
      };
    },
  },
  {
    name: "randomisation",
    label: `approximate randomisation of BLEU, ${TRIALS} trials`,
    texts: "segments",
    prepare: ({ a, b, references }) => {
      const [first, second] = [bleuStatistics(a, references), bleuStatistics(b, references)];
      // Every row on its own, as sacrebleu swaps them.
      const grouping = { mostRows: Number.POSITIVE_INFINITY, groups: 1 };
      return () => {
        const { differences } = shuffledDifferences(first, second, { trials: TRIALS, seed: SEED, grouping });
        return exceedance(differences, Math.abs(valueOf(second) - valueOf(first)));
      };
    },
  },
];

/** Mean F-measure of all types over all pairs. */
function meanRouge({ a, references }: Texts, stemmer: boolean): number {
  const scorer = rougeScorer({ types: ROUGE, stemmer });
  let sum = 0;
  for (const [i, prediction] of a.entries()) {
    for (const { fmeasure } of scorer.score(references[i] as string, prediction)) sum += fmeasure;
  }
  return sum / (ROUGE.length * a.length);
}

function bleuStatistics(hypotheses: readonly string[], references: readonly string[]): Sufficient {
  const metric = bleu();
  const { width } = metric;
  const matrix = new Float64Array(width * hypotheses.length);
  let at = 0;
  visitSegments(hypotheses, [references], (hypothesis, own) => {
    metric.statistics(hypothesis, own, matrix.subarray(at, at + width));
    at += width;
  });
  return {
    n: hypotheses.length,
    width,
    rows: matrix,
    proportion: false,
    mean: false,
    scale: 1,
    value: (sums) => metric.score(sums).score,
  };
}

function valueOf(s: Sufficient): number {
  return s.value(columnSums(s), s.n);
}
