import { classReport } from "../../../judges/answers/class-report.ts";
import { balancedAccuracy, classCounts, matthews } from "../../../judges/answers/class-counts.ts";
import { cohenKappa, confusionMatrix } from "../../../judges/answers/confusion.ts";
import { compareCodePoints } from "../../../judges/answers/labels.ts";
import { ignoring, normalizeSquad } from "../../../judges/answers/normalize.ts";
import { passAtK, passHatK } from "../../../judges/answers/pass-at-k.ts";
import { averagePrecision, rocAuc } from "../../../judges/answers/ranking.ts";
import { type SquadVersion, tokenF1 } from "../../../judges/answers/token-f1.ts";
import { type Bin, binEdges, binOf, binsOf, calibrationError } from "../../../judges/calibration/bins.ts";
import { brier, logLoss } from "../../../judges/calibration/scores.ts";
import { proportionMetric } from "../../../judges/metric/mean.ts";
import { aggregate } from "../../../judges/rouge/aggregate.ts";
import { stem } from "../../../judges/rouge/porter.ts";
import { type RougeScore, rougeScorer } from "../../../judges/rouge/scorer.ts";
import { emptyTokens, vocabulary } from "../../../judges/rouge/vocabulary.ts";
import { type ErrorCounts, errorCounter, errorRates } from "../../../judges/speech/error-rates.ts";
import { maskedBelow, numpyMt19937 } from "../../../src/stats/mt19937.ts";
import type { GoldenFunction } from "../golden-file.ts";

type Params = Readonly<Record<string, unknown>>;

function rougeByType(params: Params, score: (scorer: ReturnType<typeof rougeScorer>) => RougeScore[]): unknown {
  const types = params["types"] as string[];
  const scores = score(rougeScorer({ types, stemmer: params["use_stemmer"] === true }));
  return Object.fromEntries(types.map((type, index) => [type, scores[index]]));
}

const rougeFunctions: Record<string, GoldenFunction> = {
  "rouge.score": (input, params) => {
    const { target, prediction } = input as { target: string; prediction: string };
    return rougeByType(params, (scorer) => scorer.score(target, prediction));
  },
  "rouge.score_multi": (input, params) => {
    const { targets, prediction } = input as { targets: string[]; prediction: string };
    return rougeByType(params, (scorer) => scorer.scoreMulti(targets, prediction));
  },
  "rouge.tokenize": (input, params) => {
    const words = vocabulary(params["use_stemmer"] === true);
    const tokens = emptyTokens();
    return {
      tokens: (input as { texts: string[] }).texts.map((text) => {
        words.tokenize(text, tokens);
        return Array.from(tokens.ids.subarray(0, tokens.length), (id) => words.text(id));
      }),
    };
  },
  "rouge.porter": (input) => ({ stems: (input as { words: string[] }).words.map(stem) }),
  "rouge.aggregate": (input, params) => {
    const { scores } = input as { scores: Record<string, RougeScore>[] };
    const source = numpyMt19937(params["seed"] as number);
    const options = {
      resamples: params["n_samples"] as number,
      level: params["confidence_interval"] as number,
      draw: (bound: number) => maskedBelow(source, bound),
    };
    const types = params["order"] as string[];
    return Object.fromEntries(
      types.map((type) => {
        const ofType = scores.map((score) => score[type] as RougeScore);
        return [type, aggregate(ofType, options)];
      }),
    );
  },
};

type Label = string | number;

function compareLabels(a: Label, b: Label): number {
  return typeof a === "number" && typeof b === "number" ? a - b : compareCodePoints(String(a), String(b));
}

const classFunctions: Record<string, GoldenFunction> = {
  "cls.report": (input, params) => {
    const { y_true: truth, y_pred: predicted } = input as { y_true: Label[]; y_pred: Label[] };
    const labels =
      (params["labels"] as Label[] | undefined) ?? [...new Set([...truth, ...predicted])].sort(compareLabels);
    const indices = (values: Label[]): number[] => values.map((value) => labels.indexOf(value));
    const confusion = confusionMatrix(indices(truth), indices(predicted), labels.length);
    const counts = classCounts(confusion);
    const report = classReport(counts, params["zero_division"] as number);
    const isRight = (index: number): boolean => truth[index] === predicted[index];
    const accuracy = proportionMetric<number>({ name: "accuracy" }, isRight).sufficient([...truth.keys()]);
    return {
      labels,
      confusion,
      accuracy: accuracy.value(Float64Array.of(accuracy.rows.reduce((sum, row) => sum + row, 0)), truth.length) / 100,
      balanced_accuracy: balancedAccuracy(counts),
      mcc: matthews(counts, truth.length),
      kappa: cohenKappa(confusion),
      kappa_linear: cohenKappa(confusion, "linear"),
      kappa_quadratic: cohenKappa(confusion, "quadratic"),
      per_class: report.perClass,
      macro: report.macro,
      micro: report.micro,
      weighted: report.weighted,
    };
  },
  "cls.scores": (input) => {
    const { y_true: truth, y_score: scores } = input as { y_true: number[]; y_score: number[] };
    const samples = scores.map((score, index) => ({ score, positive: truth[index] === 1 }));
    const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    const clipped = scores.map((score) => Math.min(Math.max(score, 1e-6), 1 - 1e-6));
    return {
      roc_auc: rocAuc(samples),
      average_precision: averagePrecision(samples),
      log_loss: mean(clipped.map((score, index) => logLoss(truth[index] === 1 ? score : 1 - score))),
      // Of two classes, scikit-learn's Brier score counts one.
      brier: mean(scores.map((score, index) => brier([1 - score, score], truth[index] as number) / 2)),
    };
  },
};

const speechFunctions: Record<string, GoldenFunction> = {
  "asr.wer": (input) => {
    const { ref, hyp } = input as { ref: string; hyp: string };
    const counts = errorCounter()(ref, hyp);
    const [hits, substitutions, deletions, insertions] = counts;
    return { ...errorRates(counts), hits, substitutions, deletions, insertions };
  },
  "asr.wer_corpus": (input) => {
    const { refs, hyps } = input as { refs: string[]; hyps: string[] };
    const count = errorCounter();
    const counts = refs.map((ref, index) => count(ref, hyps[index] as string));
    const sums = counts.reduce(
      (sum, one) => sum.map((value, at) => value + (one[at] as number)) as unknown as ErrorCounts,
    );
    return errorRates(sums);
  },
};

const questionFunctions: Record<string, GoldenFunction> = {
  "qa.squad": (input, params) => {
    const { predictions, references } = input as { predictions: string[]; references: string[][] };
    const version = params["version"] as SquadVersion;
    const best = (score: (prediction: string, reference: string) => number): number[] =>
      predictions.map((prediction, i) => Math.max(...(references[i] as string[]).map((one) => score(prediction, one))));
    const exact = best((prediction, one) => (normalizeSquad(prediction) === normalizeSquad(one) ? 1 : 0));
    const f1 = best((prediction, one) => tokenF1(prediction, one, version));
    const percent = (values: number[]): number => (100 * values.reduce((sum, value) => sum + value, 0)) / values.length;
    return { normalized: predictions.map(normalizeSquad), exact, f1, mean_exact: percent(exact), mean_f1: percent(f1) };
  },
  "qa.exact_match": (input, params) => {
    const { predictions, references } = input as { predictions: string[]; references: string[] };
    const keep = ignoring({
      regexes: (params["regexes"] ?? []) as string[],
      case: params["ignore_case"] === true,
      punctuation: params["ignore_punctuation"] === true,
      numbers: params["ignore_numbers"] === true,
    });
    const each = predictions.map((prediction, i): number =>
      keep(prediction) === keep(references[i] as string) ? 1 : 0,
    );
    return { each, exact_match: each.reduce((sum, value) => sum + value, 0) / each.length };
  },
};

const calibrationFunctions: Record<string, GoldenFunction> = {
  "calib.ece": (input, params) => {
    const { confidence, correct } = input as { confidence: number[]; correct: number[] };
    const edges = binEdges("width", params["n_bins"] as number, confidence);
    const sums = new Float64Array(3 * edges.length);
    for (const [index, value] of confidence.entries()) {
      const at = 3 * binOf(edges, value);
      for (const [column, add] of [1, correct[index] as number, value].entries()) {
        sums[at + column] = (sums[at + column] as number) + add;
      }
    }
    const bins = binsOf(sums);
    const row = ({ count, accuracy, confidence }: Bin): unknown =>
      count === 0 ? [0, null, null] : [count, accuracy, confidence];
    return { ...calibrationError(bins), bins: bins.map(row) };
  },
  passk: (input) => {
    const { nck } = input as { nck: [number, number, number][] };
    return { pass_at_k: nck.map((one) => passAtK(...one)), pass_hat_k: nck.map((one) => passHatK(...one)) };
  },
};

/** Judges of answers: ROUGE, classification, speech, question answering, calibration. */
export const answersFunctions: Record<string, GoldenFunction> = {
  ...rougeFunctions,
  ...classFunctions,
  ...speechFunctions,
  ...questionFunctions,
  ...calibrationFunctions,
};
