import { chrfScore, type ChrfScoreSettings } from "./chrf-score.ts";
import { sumSegments, type ReferenceLists, type SegmentStatistics } from "./corpus.ts";
import { gramMatches } from "./gram-matches.ts";
import { segmentCharacters } from "./segment-characters.ts";
import { segmentWords } from "./segment-words.ts";
import { signatures, yesNo, type ReferenceCount, type Signatures } from "./signature.ts";
import type { SegmentReader } from "./symbols.ts";
import { edgePunctuation } from "./tokenizer/edge-punctuation.ts";

/** Options of chrF by sacrebleu's names for them; its defaults apply. */
export interface ChrfOptions {
  /** Longest character n-gram, default 6. */
  readonly charOrder?: number | undefined;
  /** Longest word n-gram, default 0; 2 makes it chrF++. */
  readonly wordOrder?: number | undefined;
  /** How many times as much recall weighs as precision, default 2. */
  readonly beta?: number | undefined;
  /** Default false. */
  readonly lowercase?: boolean | undefined;
  /** Count white space as characters, default false. */
  readonly whitespace?: boolean | undefined;
  /** Average F-scores over all orders, as chrF++.py, NLTK and Moses do. Default false: only orders that occur. */
  readonly epsSmoothing?: boolean | undefined;
}

interface ChrfResult extends Signatures {
  /** For example "chrF2" or "chrF2++". */
  readonly name: string;
  /** 0 to 100. */
  readonly score: number;
}

/** chrF of one set of options. A segment's statistics are those that `chrfScore` takes. Not reentrant. */
export interface Chrf extends SegmentStatistics {
  readonly name: string;
  /** The score of summed statistics, 0 to 100. */
  score(sums: ArrayLike<number>): number;
  signatures(references: ReferenceCount): Signatures;
  /** Throws EvalhError E_JUDGE where lists and hypotheses do not fit together. */
  corpus(hypotheses: readonly string[], references: ReferenceLists): ChrfResult;
}

/** Writes n-grams of the hypothesis, of the reference and matches for each order, from the column `first`. */
type PairCounts = (pair: readonly [reference: string, hypothesis: string], into: Float64Array) => void;

function pairCounts(read: SegmentReader, maxOrder: number, { first }: { first: number }): PairCounts {
  const countMatches = gramMatches();
  const matches = new Float64Array(maxOrder);
  return (pair, into) => {
    const segment = read(pair);
    const [reference = 0, end = 0] = segment.ends;
    countMatches(segment, maxOrder, matches);
    for (let order = 1; order <= maxOrder; order++) {
      const column = first + 3 * (order - 1);
      const inReference = Math.max(reference - order + 1, 0);
      // The reference does not count what could not have matched.
      into[column] = inReference === 0 ? 0 : Math.max(end - reference - order + 1, 0);
      into[column + 1] = inReference;
      into[column + 2] = matches[order - 1] as number;
    }
  };
}

/** The statistics of the reference with the best score, the first of equals. */
function bestReference(count: PairCounts, settings: ChrfScoreSettings): SegmentStatistics["statistics"] {
  const row = new Float64Array(3 * settings.orders);
  return (hypothesis, references, into) => {
    let best = -1;
    for (const reference of references) {
      count([reference, hypothesis], row);
      const score = references.length === 1 ? 0 : chrfScore(row, settings);
      if (score <= best) continue;
      best = score;
      into.set(row);
    }
  };
}

/** Makes chrF (Popović 2015) or chrF++ (Popović 2017), equal to sacrebleu 2.6.0. */
export function chrf(options: ChrfOptions = {}): Chrf {
  const { charOrder = 6, wordOrder = 0, beta = 2 } = options;
  const { lowercase = false, whitespace = false, epsSmoothing = false } = options;
  const settings = { orders: charOrder + wordOrder, beta, epsSmoothing };
  const characters = pairCounts(segmentCharacters(whitespace), charOrder, { first: 0 });
  const words = pairCounts(segmentWords(edgePunctuation()), wordOrder, { first: 3 * charOrder });
  const count: PairCounts = ([reference, hypothesis], into) => {
    const pair = lowercase
      ? ([reference.toLowerCase(), hypothesis.toLowerCase()] as const)
      : ([reference, hypothesis] as const);
    characters(pair, into);
    if (wordOrder > 0) words(pair, into);
  };
  const metric: Chrf = {
    name: `chrF${beta}${"+".repeat(wordOrder)}`,
    width: 3 * settings.orders,
    statistics: bestReference(count, settings),
    score: (sums) => chrfScore(sums, settings),
    signatures: (references) =>
      signatures(references, [
        ["case", "c", lowercase ? "lc" : "mixed"],
        ["eff", "e", yesNo(!epsSmoothing)],
        ["nc", "nc", charOrder],
        ["nw", "nw", wordOrder],
        ["space", "s", yesNo(whitespace)],
      ]),
    corpus(hypotheses, lists) {
      const { sums, references } = sumSegments(metric, hypotheses, lists);
      return { name: metric.name, score: metric.score(sums), ...metric.signatures(references) };
    },
  };
  return metric;
}
