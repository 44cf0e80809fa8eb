import { withRoom } from "../overlap/room.ts";
import type { Tokens } from "./vocabulary.ts";

/** One text of a pair: its tokens numbered within the pair, and where its lines end. */
export interface PairedText {
  tokens: Int32Array;
  length: number;
  ends: Int32Array;
  lines: number;
}

/**
 * A target and a prediction whose tokens are numbered from 1 in the order of their first occurrence in the target. A
 * token of the prediction that the target lacks is 0: it can match nothing.
 */
export interface Pair {
  readonly target: PairedText;
  readonly prediction: PairedText;
  /** Number of distinct tokens of the target. */
  readonly distinct: number;
}

/** Makes pairs of tokenised texts. A pair is valid until the next one is made. */
export type Pairing = (target: Tokens, prediction: Tokens, vocabularySize: number) => Pair;

export function pairing(): Pairing {
  let numbers: Int32Array = new Int32Array(1 << 12);
  const pair = {
    target: { tokens: new Int32Array(256), length: 0, ends: new Int32Array(0), lines: 0 } as PairedText,
    prediction: { tokens: new Int32Array(256), length: 0, ends: new Int32Array(0), lines: 0 } as PairedText,
    distinct: 0,
  };
  const take = (text: PairedText, from: Tokens): void => {
    text.tokens = withRoom(text.tokens, from.length);
    text.length = from.length;
    text.ends = from.ends;
    text.lines = from.lines;
  };
  return (target, prediction, vocabularySize) => {
    numbers = withRoom(numbers, vocabularySize);
    take(pair.target, target);
    take(pair.prediction, prediction);
    pair.distinct = 0;
    for (let i = 0; i < target.length; i++) {
      const id = target.ids[i] as number;
      if (numbers[id] === 0) numbers[id] = ++pair.distinct;
      pair.target.tokens[i] = numbers[id] as number;
    }
    for (let i = 0; i < prediction.length; i++) {
      pair.prediction.tokens[i] = numbers[prediction.ids[i] as number] as number;
    }
    for (let i = 0; i < target.length; i++) numbers[target.ids[i] as number] = 0;
    return pair;
  };
}
