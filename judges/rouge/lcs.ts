import { EvalhError } from "../../src/core/errors.ts";
import { withRoom } from "../overlap/room.ts";
import type { Pair, PairedText } from "./pair.ts";

/** Bits a word: a sum of two words and a carry stays within V8's small integers. */
const WORD = 30;
const FULL = 2 ** WORD - 1;

/** Word steps for one pair; some seconds of work. */
const MAX_STEPS = 2 ** 31;
/** Words kept for reading one alignment back: 256 MB. */
const MAX_KEPT = 2 ** 26;

/** Longest common subsequences of a pair's tokens. */
export interface Lcs {
  /** Of the whole texts. */
  length(pair: Pair): number;
  /** ROUGE-Lsum's hits: tokens of each target line in the union of its subsequences with all prediction lines. */
  unionHits(pair: Pair): number;
}

function tooLong(first: number, second: number): EvalhError {
  return new EvalhError("E_JUDGE", `Texts of ${first} and ${second} tokens are too long for ROUGE-L.`);
}

/**
 * Bit-parallel longest common subsequences after Hyyrö, "Bit-parallel LCS-length computation revisited" (2004). Bit i of
 * the vector after j tokens of the prediction is 0 exactly where L[i + 1][j] = L[i][j] + 1, so the vectors are the whole
 * table, and tokens can be read back from them as rouge_score reads them from its table.
 */
export function lcs(): Lcs {
  /** One bit vector of positions a token number. */
  let masks: Int32Array = new Int32Array(1024);
  /** The vector after each token of the prediction; one only where nothing is read back. */
  let vectors: Int32Array = new Int32Array(1024);
  let inUnion = new Uint8Array(256);
  let available: Int32Array = new Int32Array(256);

  const setMasks = (target: PairedText, from: number, to: number, words: number): void => {
    for (let i = from; i < to; i++) {
      const bit = i - from;
      const index = (target.tokens[i] as number) * words + Math.floor(bit / WORD);
      masks[index] = (masks[index] as number) | (1 << (bit % WORD));
    }
  };
  const clearMasks = (target: PairedText, from: number, to: number, words: number): void => {
    for (let i = from; i < to; i++) {
      const row = (target.tokens[i] as number) * words;
      masks.fill(0, row, row + words);
    }
  };
  /** Advances the vector at `from` by a token, into `to`, which may be the same. */
  const step = (token: number, words: number, from: number, to: number): void => {
    const row = token * words;
    let carry = 0;
    for (let w = 0; w < words; w++) {
      const vector = vectors[from + w] as number;
      const mask = masks[row + w] as number;
      const sum = vector + (vector & mask) + carry;
      carry = sum >>> WORD;
      vectors[to + w] = (sum & FULL) | (vector & ~mask);
    }
  };
  const zeros = (at: number, words: number): number => {
    let ones = 0;
    for (let w = at; w < at + words; w++) {
      let bits = vectors[w] as number;
      bits -= (bits >>> 1) & 0x55555555;
      bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
      ones += Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
    }
    return words * WORD - ones;
  };
  /** Marks target positions as rouge_score's backtracking visits them; which of several alignments it takes matters. */
  const markUnion = (pair: Pair, line: Line, predictionLine: Line, words: number): void => {
    let i = line.to - line.from;
    let j = predictionLine.to - predictionLine.from;
    while (i > 0 && j > 0) {
      if (pair.target.tokens[line.from + i - 1] === pair.prediction.tokens[predictionLine.from + j - 1]) {
        inUnion[--i] = 1;
        j--;
        continue;
      }
      const word = vectors[j * words + Math.floor((i - 1) / WORD)] as number;
      if ((word & (1 << ((i - 1) % WORD))) === 0) j--;
      else i--;
    }
  };
  /** Fills in the vectors after each token of a line. */
  const fillVectors = (tokens: Int32Array, line: Line, words: number): void => {
    vectors.fill(FULL, 0, words);
    if (words > 1) {
      for (let j = line.from, at = 0; j < line.to; j++, at += words) step(tokens[j] as number, words, at, at + words);
      return;
    }
    // Sentences mostly fit into one word: the same step without its loop and carry.
    let vector = FULL;
    for (let j = line.from; j < line.to; j++) {
      const mask = masks[tokens[j] as number] as number;
      vector = ((vector + (vector & mask)) & FULL) | (vector & ~mask);
      vectors[j - line.from + 1] = vector;
    }
  };
  const alignLines = (pair: Pair, line: Line, predictionLines: readonly Line[], words: number): void => {
    for (const predictionLine of predictionLines) {
      const length = predictionLine.to - predictionLine.from;
      if ((length + 1) * words > MAX_KEPT) throw tooLong(pair.target.length, pair.prediction.length);
      vectors = withRoom(vectors, (length + 1) * words);
      fillVectors(pair.prediction.tokens, predictionLine, words);
      if (zeros(length * words, words) > 0) markUnion(pair, line, predictionLine, words);
    }
  };

  return {
    length(pair) {
      const { target, prediction } = pair;
      const words = Math.ceil(target.length / WORD);
      if (words * prediction.length > MAX_STEPS) throw tooLong(target.length, prediction.length);
      masks = withRoom(masks, (pair.distinct + 1) * words);
      vectors = withRoom(vectors, words);
      vectors.fill(FULL, 0, words);
      setMasks(target, 0, target.length, words);
      for (let j = 0; j < prediction.length; j++) {
        const token = prediction.tokens[j] as number;
        if (token !== 0) step(token, words, 0, 0);
      }
      clearMasks(target, 0, target.length, words);
      return zeros(0, words);
    },
    unionHits(pair) {
      const { target, prediction, distinct } = pair;
      available = withRoom(available, distinct + 1);
      available.fill(0, 0, distinct + 1);
      for (let j = 0; j < prediction.length; j++) (available[prediction.tokens[j] as number] as number)++;
      const predictionLines = linesOf(prediction);
      let hits = 0;
      for (const line of linesOf(target)) {
        const length = line.to - line.from;
        const words = Math.ceil(length / WORD);
        masks = withRoom(masks, (distinct + 1) * words);
        if (inUnion.length < length) inUnion = new Uint8Array(2 * length);
        inUnion.fill(0, 0, length);
        setMasks(target, line.from, line.to, words);
        alignLines(pair, line, predictionLines, words);
        clearMasks(target, line.from, line.to, words);
        for (let i = 0; i < length; i++) {
          const token = target.tokens[line.from + i] as number;
          if (inUnion[i] === 0 || available[token] === 0) continue;
          (available[token] as number)--;
          hits++;
        }
      }
      return hits;
    },
  };
}

interface Line {
  readonly from: number;
  readonly to: number;
}

function linesOf(text: PairedText): Line[] {
  return Array.from({ length: text.lines }, (_, line) => ({
    from: line === 0 ? 0 : (text.ends[line - 1] as number),
    to: text.ends[line] as number,
  }));
}
