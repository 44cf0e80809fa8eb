import { EvalhError } from "../../src/core/errors.ts";
import { withRoom } from "../overlap/room.ts";
import { type LcsTable, lcsTable, type Span, wordsFor } from "./lcs-table.ts";
import type { Pair, PairedText } from "./pair.ts";

/** Word steps for one pair; some seconds of work. */
const MAX_STEPS = 2 ** 30;
/** Tokens and lines of the prediction met by all lines of the target; some seconds, too. */
const MAX_LINE_STEPS = 2 ** 29;
/** Words kept for reading one alignment back: 256 MB. */
const MAX_KEPT = 2 ** 26;

/** Longest common subsequences of a pair's tokens. */
export interface Lcs {
  /** Of the whole texts. */
  length(pair: Pair): number;
  /** ROUGE-Lsum's hits: tokens of each target line in the union of its subsequences with all prediction lines. */
  unionHits(pair: Pair): number;
}

export function lcs(): Lcs {
  const table = lcsTable();
  let inUnion = new Uint8Array(256);
  let available: Int32Array = new Int32Array(256);

  /** Notes which positions of a target line are in its union with the prediction's lines. */
  const findUnion = (target: Span, predictions: readonly Span[]): void => {
    const length = target.to - target.from;
    if (inUnion.length < length) inUnion = new Uint8Array(2 * length);
    inUnion.fill(0, 0, length);
    for (const prediction of predictions) if (table.fill(prediction) > 0) readBack(table, target, prediction, inUnion);
  };
  return {
    length(pair) {
      const [target, prediction, common] = withoutCommonEnds(pair);
      checkSize(pair, wordsFor(target.to - target.from) * (prediction.to - prediction.from), MAX_STEPS);
      table.setTarget(target, pair.distinct);
      const length = table.length(prediction);
      table.clearTarget(target);
      return common + length;
    },
    unionHits(pair) {
      const { target, prediction, distinct } = pair;
      const predictions = linesOf(prediction);
      const longest = predictions.reduce((most, { from, to }) => Math.max(most, to - from + 1), 0);
      checkSize(pair, target.lines * (prediction.length + prediction.lines), MAX_LINE_STEPS);
      available = withRoom(available, distinct + 1);
      available.fill(0, 0, distinct + 1);
      for (let j = 0; j < prediction.length; j++) (available[prediction.tokens[j] as number] as number)++;
      let hits = 0;
      for (const line of linesOf(target)) {
        checkSize(pair, wordsFor(line.to - line.from) * longest, MAX_KEPT);
        table.setTarget(line, distinct);
        findUnion(line, predictions);
        table.clearTarget(line);
        for (let i = line.from; i < line.to; i++) {
          const token = target.tokens[i] as number;
          if (inUnion[i - line.from] === 0 || available[token] === 0) continue;
          (available[token] as number)--;
          hits++;
        }
      }
      return hits;
    },
  };
}

/**
 * Marks the target positions of one longest common subsequence. There may be several; it is the one that rouge_score
 * reads from its table, since the union depends on which.
 */
function readBack(table: LcsTable, target: Span, prediction: Span, marks: Uint8Array): void {
  let i = target.to - target.from;
  let j = prediction.to - prediction.from;
  while (i > 0 && j > 0) {
    if (target.tokens[target.from + i - 1] === prediction.tokens[prediction.from + j - 1]) {
      marks[--i] = 1;
      j--;
    } else if (table.grows(i - 1, j)) j--;
    else i--;
  }
}

function checkSize(pair: Pair, size: number, limit: number): void {
  if (size <= limit) return;
  const lengths = `${pair.target.length} and ${pair.prediction.length}`;
  throw new EvalhError("E_JUDGE", `Texts of ${lengths} tokens are too long for ROUGE-L.`);
}

/** What is left of two texts without the tokens they share at their start and end, and how many those are. */
function withoutCommonEnds({ target, prediction }: Pair): [target: Span, prediction: Span, common: number] {
  const a = target.tokens;
  const b = prediction.tokens;
  let from = 0;
  while (from < target.length && from < prediction.length && a[from] === b[from]) from++;
  let toA = target.length;
  let toB = prediction.length;
  while (toA > from && toB > from && a[toA - 1] === b[toB - 1]) {
    toA--;
    toB--;
  }
  return [{ tokens: a, from, to: toA }, { tokens: b, from, to: toB }, from + target.length - toA];
}

function linesOf({ tokens, ends, lines }: PairedText): Span[] {
  return Array.from({ length: lines }, (_, line) => ({
    tokens,
    from: line === 0 ? 0 : (ends[line - 1] as number),
    to: ends[line] as number,
  }));
}
