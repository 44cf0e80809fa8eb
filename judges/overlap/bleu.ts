import { bleuScore, SMOOTH_DEFAULTS, type BleuScore, type SmoothMethod } from "./bleu-score.ts";
import { sumSegments, type ReferenceLists, type SegmentStatistics } from "./corpus.ts";
import { gramMatches } from "./gram-matches.ts";
import { pythonFixed } from "./python-fixed.ts";
import { trimPythonEnd } from "./python-space.ts";
import { segmentWords } from "./segment-words.ts";
import { signatures, yesNo, type ReferenceCount, type Signatures } from "./signature.ts";
import type { SegmentReader } from "./symbols.ts";
import { tokenizers, type TokenizerName } from "./tokenizer/index.ts";
import type { MecabSettings } from "./tokenizer/japanese.ts";

/** Options of BLEU by sacrebleu's names for them; its defaults apply. */
export interface BleuOptions extends MecabSettings {
  /** Default "13a". */
  readonly tokenize?: TokenizerName | undefined;
  /** Default "exp". */
  readonly smoothMethod?: SmoothMethod | undefined;
  /** Default 0.1 for "floor" and 1 for "add-k"; the other methods take none. */
  readonly smoothValue?: number | undefined;
  /** Default false. */
  readonly lowercase?: boolean | undefined;
  /** Default false. */
  readonly effectiveOrder?: boolean | undefined;
  /** Default 4. */
  readonly maxNgramOrder?: number | undefined;
}

/** BLEU of one set of options. A segment's statistics are those that `bleuScore` takes. Not reentrant. */
export interface Bleu extends SegmentStatistics {
  /** The score of summed statistics. `effectiveOrder` overrides the option. */
  score(sums: ArrayLike<number>, effectiveOrder?: boolean): BleuScore;
  signatures(references: ReferenceCount): Signatures;
  /** Throws EvalhError E_JUDGE where lists and hypotheses do not fit together. */
  corpus(hypotheses: readonly string[], references: ReferenceLists): BleuScore & Signatures;
}

/** Number of symbols of the reference closest in length to the hypothesis; the shorter of two equally close ones. */
function closestLength(ends: readonly number[], length: number): number {
  let closest = -1;
  let start = 0;
  for (const end of ends.slice(0, -1)) {
    const candidate = end - start;
    const further = Math.abs(candidate - length) - Math.abs(closest - length);
    if (closest < 0 || further < 0 || (further === 0 && candidate < closest)) closest = candidate;
    start = end;
  }
  return closest;
}

type Rewrite = (text: string) => string;

function statisticsOf(
  read: SegmentReader,
  rewrite: Rewrite,
  { maxOrder }: { maxOrder: number },
): SegmentStatistics["statistics"] {
  const countMatches = gramMatches();
  const matches = new Float64Array(maxOrder);
  return (hypothesis, references, into) => {
    const segment = read([...references.map(rewrite), rewrite(hypothesis)]);
    const { ends } = segment;
    const length = (ends.at(-1) as number) - (ends.at(-2) as number);
    countMatches(segment, maxOrder, matches);
    into[0] = length;
    into[1] = closestLength(ends, length);
    into.set(matches, 2);
    for (let order = 1; order <= maxOrder; order++) into[1 + maxOrder + order] = Math.max(length - order + 1, 0);
  };
}

/** Makes BLEU, equal to sacrebleu 2.6.0. Throws EvalhError E_MISSING_DEPENDENCY if a tokenizer's dictionary is absent. */
export function bleu(options: BleuOptions = {}): Bleu {
  const { lowercase = false, effectiveOrder = false, maxNgramOrder = 4, smoothMethod = "exp" } = options;
  const smoothValue = options.smoothValue ?? SMOOTH_DEFAULTS[smoothMethod];
  const tokenizer = tokenizers[options.tokenize ?? "13a"](options);
  const rewrite: Rewrite = (text) => tokenizer.prepare(trimPythonEnd(lowercase ? text.toLowerCase() : text));
  const smoothed = SMOOTH_DEFAULTS[smoothMethod] === null ? "" : `[${pythonFixed(smoothValue ?? 0, 2)}]`;
  const metric: Bleu = {
    width: 2 + 2 * maxNgramOrder,
    statistics: statisticsOf(segmentWords(tokenizer.scan), rewrite, { maxOrder: maxNgramOrder }),
    score: (sums, effective = effectiveOrder) =>
      bleuScore(sums, { smoothMethod, smoothValue, effectiveOrder: effective, maxNgramOrder }),
    signatures: (references) =>
      signatures(references, [
        ["case", "c", lowercase ? "lc" : "mixed"],
        ["eff", "e", yesNo(effectiveOrder)],
        ["tok", "tok", tokenizer.signature],
        ["smooth", "s", smoothMethod + smoothed],
      ]),
    corpus(hypotheses, lists) {
      const { sums, references } = sumSegments(metric, hypotheses, lists);
      return { ...metric.score(sums), ...metric.signatures(references) };
    },
  };
  return metric;
}
