/**
 * The texts of one segment as sequences of symbols (numbers of words, or code points), one behind the other in one
 * array. The hypothesis comes last; those before it are references.
 */
export interface Symbols {
  data: Int32Array;
  /** Where each sequence ends in `data`; the next one begins there. */
  readonly ends: number[];
}

/** Turns the texts of a segment into symbols that are equal exactly where the tokens are. Reused by the next call. */
export type SegmentReader = (texts: readonly string[]) => Symbols;

export function emptySymbols(): Symbols {
  return { data: new Int32Array(256), ends: [] };
}
