import { sumSegments, type ReferenceLists, type SegmentStatistics } from "./corpus.ts";
import { segmentWords } from "./segment-words.ts";
import { signatures, yesNo, type ReferenceCount, type Signatures } from "./signature.ts";
import { terEdits } from "./ter-edits.ts";
import { scanWords } from "./tokenizer/plain.ts";
import { tercom, type TercomOptions } from "./tokenizer/tercom.ts";

export interface TerResult extends Signatures {
  /** Percentage, 0 for no edits, above 100 for more edits than the reference has words. */
  readonly score: number;
  readonly numEdits: number;
  /** Sum over segments of the references' mean number of words. */
  readonly refLength: number;
}

/** TER of one set of options. A segment's statistics: fewest edits to a reference, mean words of references. */
export interface Ter extends SegmentStatistics {
  score(sums: ArrayLike<number>): number;
  signatures(references: ReferenceCount): Signatures;
  /** Throws EvalhError E_JUDGE where lists and hypotheses do not fit together. */
  corpus(hypotheses: readonly string[], references: ReferenceLists): TerResult;
}

/** TER from sums of statistics. Without any word in a reference, any edit counts as 100. */
function terScore(sums: ArrayLike<number>): number {
  const [edits, length] = [sums[0] as number, sums[1] as number];
  if (length > 0) return 100 * (edits / length);
  return edits > 0 ? 100 : 0;
}

function statisticsOf(prepare: (text: string) => string): SegmentStatistics["statistics"] {
  const read = segmentWords(scanWords);
  // sacrebleu prepares references twice, which matters where normalization has more to do the second time.
  const twice = (text: string): string => prepare(prepare(text));
  const countEdits = terEdits();
  return (hypothesis, references, into) => {
    const { data, ends } = read([...references.map(twice), prepare(hypothesis)]);
    const hypothesisStart = ends[references.length - 1] as number;
    const hypothesisWords = data.subarray(hypothesisStart, ends[references.length]);
    let fewest = Number.POSITIVE_INFINITY;
    let start = 0;
    for (let index = 0; index < references.length; index++) {
      const end = ends[index] as number;
      fewest = Math.min(fewest, countEdits(hypothesisWords, data.subarray(start, end)));
      start = end;
    }
    into[0] = fewest;
    into[1] = hypothesisStart / references.length;
  };
}

/** Makes TER (Snover et al. 2006), equal to sacrebleu 2.6.0. */
export function ter(options: TercomOptions = {}): Ter {
  const metric: Ter = {
    width: 2,
    statistics: statisticsOf(tercom(options)),
    score: terScore,
    signatures: (references) =>
      signatures(references, [
        ["case", "c", options.caseSensitive === true ? "mixed" : "lc"],
        ["tok", "t", "tercom"],
        ["norm", "nr", yesNo(options.normalized === true)],
        ["punct", "pn", yesNo(options.noPunct !== true)],
        ["asian", "as", yesNo(options.asianSupport === true)],
      ]),
    corpus(hypotheses, lists) {
      const { sums, references } = sumSegments(metric, hypotheses, lists);
      const [numEdits, refLength] = [sums[0] as number, sums[1] as number];
      return { score: terScore(sums), numEdits, refLength, ...metric.signatures(references) };
    },
  };
  return metric;
}
