import { emptySpans, pushSpan } from "../spans.ts";
import { scanWords } from "./plain.ts";
import type { Scan } from "./separation.ts";

/** 1 for ASCII punctuation, Python's string.punctuation. */
const PUNCTUATION = Uint8Array.from({ length: 128 }, (_, unit) =>
  /[!-/:-@[-`{-~]/.test(String.fromCharCode(unit)) ? 1 : 0,
);

/**
 * Words with one punctuation mark cut off: the last character or else the first, of words longer than one character.
 * "(hi)" gives "(hi" and ")", as in chrF++.py.
 */
export function edgePunctuation(): Scan {
  const words = emptySpans();
  return (units, start, end, into) => {
    words.length = 0;
    scanWords(units, start, end, words);
    for (let index = 0; index < words.length; index++) {
      const from = words.starts[index] as number;
      const to = words.ends[index] as number;
      let cut = to;
      if (to - from > 1) {
        if (PUNCTUATION[units[to - 1] as number] === 1) cut = to - 1;
        else if (PUNCTUATION[units[from] as number] === 1) cut = from + 1;
      }
      pushSpan(into, from, cut);
      if (cut < to) pushSpan(into, cut, to);
    }
  };
}
