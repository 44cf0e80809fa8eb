import { withRoom } from "../overlap/room.ts";

/** Bits a word: a sum of two words and a carry stays within V8's small integers. */
const WORD = 30;
const FULL = 2 ** WORD - 1;

/** Words that hold one bit a position. */
export function wordsFor(positions: number): number {
  return Math.ceil(positions / WORD);
}

/** Part of an array of tokens. */
export interface Span {
  readonly tokens: Int32Array;
  readonly from: number;
  readonly to: number;
}

/**
 * Lengths L[i][j] of the longest common subsequences of the first i tokens of a target and the first j of a prediction,
 * for one target at a time. Tokens are numbers from 1; 0 is in no target.
 */
export interface LcsTable {
  /** Sets the target, with tokens up to `highest`. Call `clearTarget` before the next one. */
  setTarget(target: Span, highest: number): void;
  clearTarget(target: Span): void;
  /** L[target][prediction], keeping nothing else. */
  length(prediction: Span): number;
  /** The same, keeping what `grows` needs. */
  fill(prediction: Span): number;
  /** True if L[i + 1][j] = L[i][j] + 1. */
  grows(i: number, j: number): boolean;
}

/** Where the tokens of one target stand: for each token a chain of words with bits set, from the first word on. */
interface Occurrences {
  /** First link of a token's chain; 0 where there is none. */
  heads: Int32Array;
  tails: Int32Array;
  /** Of each link: its word, its bits, the next link. Link 0 is empty. */
  words: Int32Array;
  bits: Int32Array;
  next: Int32Array;
}

function addOccurrences(into: Occurrences, { tokens, from, to }: Span, highest: number): void {
  into.heads = withRoom(into.heads, highest + 1);
  into.tails = withRoom(into.tails, highest + 1);
  const links = to - from + 1;
  into.words = withRoom(into.words, links);
  into.bits = withRoom(into.bits, links);
  into.next = withRoom(into.next, links);
  let used = 0;
  for (let i = from; i < to; i++) {
    const token = tokens[i] as number;
    const word = Math.floor((i - from) / WORD);
    const bit = 1 << ((i - from) % WORD);
    const tail = into.tails[token] as number;
    if (into.heads[token] !== 0 && into.words[tail] === word) {
      into.bits[tail] = (into.bits[tail] as number) | bit;
      continue;
    }
    used++;
    into.words[used] = word;
    into.bits[used] = bit;
    into.next[used] = 0;
    if (into.heads[token] === 0) into.heads[token] = used;
    else into.next[tail] = used;
    into.tails[token] = used;
  }
}

/**
 * Bit-parallel after Hyyrö, "Bit-parallel LCS-length computation revisited" (2004). Bit i of the vector after j tokens of
 * the prediction is 0 exactly where L[i + 1][j] = L[i][j] + 1, so the vectors are the whole table. A token changes only
 * the words in which it stands, and those that a carry reaches: in long texts these are few.
 */
export function lcsTable(): LcsTable {
  const array = (): Int32Array => new Int32Array(256);
  const at: Occurrences = { heads: array(), tails: array(), words: array(), bits: array(), next: array() };
  let vectors: Int32Array = array();
  /** Words a vector. */
  let words = 0;

  /** Advances the vector that starts at `start` by a token. */
  const advance = (token: number, start: number): void => {
    let link = at.heads[token] as number;
    let carry = 0;
    for (let w = at.words[link] as number; link !== 0 || carry !== 0;) {
      let mask = 0;
      if (link !== 0 && at.words[link] === w) {
        mask = at.bits[link] as number;
        link = at.next[link] as number;
      }
      const vector = vectors[start + w] as number;
      const sum = vector + (vector & mask) + carry;
      carry = sum >>> WORD;
      vectors[start + w] = (sum & FULL) | (vector & ~mask);
      if (carry === 0) w = at.words[link] as number;
      else if (++w === words) return;
    }
  };
  return {
    setTarget(target, highest) {
      words = wordsFor(target.to - target.from);
      addOccurrences(at, target, highest);
    },
    clearTarget({ tokens, from, to }) {
      for (let i = from; i < to; i++) at.heads[tokens[i] as number] = 0;
    },
    length({ tokens, from, to }) {
      vectors = withRoom(vectors, words);
      vectors.fill(FULL, 0, words);
      for (let j = from; j < to; j++) advance(tokens[j] as number, 0);
      return zeros(vectors, 0, words);
    },
    fill({ tokens, from, to }) {
      const length = to - from;
      vectors = withRoom(vectors, (length + 1) * words);
      vectors.fill(FULL, 0, words);
      if (words === 1) fillNarrow(tokens.subarray(from, to), at, vectors);
      else {
        for (let j = 0; j < length; j++) {
          vectors.copyWithin((j + 1) * words, j * words, (j + 1) * words);
          advance(tokens[from + j] as number, (j + 1) * words);
        }
      }
      return zeros(vectors, length * words, words);
    },
    grows: (i, j) => (((vectors[j * words + Math.floor(i / WORD)] as number) >>> (i % WORD)) & 1) === 0,
  };
}

/** Sentences mostly fit into one word: the steps without their loop and carry. */
function fillNarrow(tokens: Int32Array, { heads, bits }: Occurrences, vectors: Int32Array): void {
  let vector = FULL;
  for (let j = 0; j < tokens.length; j++) {
    const mask = bits[heads[tokens[j] as number] as number] as number;
    vector = ((vector + (vector & mask)) & FULL) | (vector & ~mask);
    vectors[j + 1] = vector;
  }
}

/** Number of zero bits in some words. */
function zeros(vectors: Int32Array, from: number, words: number): number {
  let ones = 0;
  for (let w = from; w < from + words; w++) {
    let bits = vectors[w] as number;
    bits -= (bits >>> 1) & 0x55555555;
    bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
    ones += Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
  }
  return words * WORD - ones;
}
