import { EvalhError } from "../../src/core/errors.ts";
import { lcs } from "./lcs.ts";
import { gramOverlaps } from "./ngrams.ts";
import { type Pair, pairing } from "./pair.ts";
import { emptyTokens, vocabulary } from "./vocabulary.ts";

/** Precision, recall and their harmonic mean, each 0..1. */
export interface RougeScore {
  readonly precision: number;
  readonly recall: number;
  readonly fmeasure: number;
}

export interface RougeOptions {
  /** rouge1 … rouge9, rougeL, rougeLsum. */
  readonly types: readonly string[];
  /** Compare Porter stems of words longer than three characters. Default false. */
  readonly stemmer?: boolean;
}

/** Scores are in the order of the types. */
export interface RougeScorer {
  score(target: string, prediction: string): RougeScore[];
  /** For each type the score of the target with the highest F-measure, the first of equals. Needs a target. */
  scoreMulti(targets: readonly string[], prediction: string): RougeScore[];
}

type RougeType =
  | { readonly kind: "ngram"; readonly order: number }
  | { readonly kind: "L" }
  | { readonly kind: "Lsum" };

function parseType(type: string): RougeType {
  if (type === "rougeL") return { kind: "L" };
  if (type === "rougeLsum") return { kind: "Lsum" };
  const order = /^rouge([1-9])$/.exec(type)?.[1];
  if (order !== undefined) return { kind: "ngram", order: Number(order) };
  throw new EvalhError("E_JUDGE", `There is no ROUGE type "${type}".`, {
    hint: "Types are rouge1 to rouge9, rougeL and rougeLsum.",
  });
}

function fromCounts(shared: number, targets: number, predictions: number): RougeScore {
  const precision = shared / Math.max(predictions, 1);
  const recall = shared / Math.max(targets, 1);
  const fmeasure = precision + recall > 0 ? (2 * precision * recall) / (precision + recall) : 0;
  return { precision, recall, fmeasure };
}

/** With one line each, the union is the subsequence itself. */
function isOneLine(pair: Pair): boolean {
  return pair.target.lines === 1 && pair.prediction.lines === 1;
}

/**
 * A scorer equal to RougeScorer of rouge_score 0.1.2. ROUGE-Lsum takes lines for sentences. Tokens are ASCII letters and
 * digits only: texts in other scripts score 0.
 */
export function rougeScorer(options: RougeOptions): RougeScorer {
  const types = options.types.map(parseType);
  const maxOrder = Math.max(0, ...types.map((type) => (type.kind === "ngram" ? type.order : 0)));
  const words = vocabulary(options.stemmer ?? false);
  const subsequences = lcs();
  const overlapsOf = gramOverlaps();
  const pairOf = pairing();
  const targetTokens = emptyTokens();
  const predictionTokens = emptyTokens();

  const scorePair = (pair: Pair): RougeScore[] => {
    const targets = pair.target.length;
    const predictions = pair.prediction.length;
    const overlaps = overlapsOf(pair, maxOrder);
    let whole: number | undefined;
    const wholeLength = (): number => (whole ??= subsequences.length(pair));
    return types.map((type) => {
      if (type.kind === "ngram") {
        const fewer = type.order - 1;
        return fromCounts(
          overlaps[type.order] as number,
          Math.max(targets - fewer, 0),
          Math.max(predictions - fewer, 0),
        );
      }
      const shared = type.kind === "L" || isOneLine(pair) ? wholeLength() : subsequences.unionHits(pair);
      return fromCounts(shared, targets, predictions);
    });
  };
  const scoreTarget = (target: string): RougeScore[] => {
    words.tokenize(target, targetTokens);
    return scorePair(pairOf(targetTokens, predictionTokens, words.size));
  };
  return {
    score(target, prediction) {
      words.forget();
      words.tokenize(prediction, predictionTokens);
      return scoreTarget(target);
    },
    scoreMulti(targets, prediction) {
      words.forget();
      words.tokenize(prediction, predictionTokens);
      const scores = targets.map(scoreTarget);
      return types.map((_, type) => {
        const ofType = scores.map((score) => score[type] as RougeScore);
        return ofType.reduce((best, score) => (score.fmeasure > best.fmeasure ? score : best));
      });
    },
  };
}
