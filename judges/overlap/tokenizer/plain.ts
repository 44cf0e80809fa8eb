import { isPythonSpace } from "../python-space.ts";
import { pushSpan, type Spans } from "../spans.ts";
import { codePointAt } from "../units.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** Tokens are what stands between white space. */
export function scanWords(units: Uint16Array, start: number, end: number, into: Spans): void {
  let token = -1;
  for (let i = start; i < end; i++) {
    if (!isPythonSpace(units[i] as number)) {
      if (token < 0) token = i;
    } else if (token >= 0) {
      pushSpan(into, token, i);
      token = -1;
    }
  }
  if (token >= 0) pushSpan(into, token, end);
}

function scanCharacters(units: Uint16Array, start: number, end: number, into: Spans): void {
  let next = start;
  for (let i = start; i < end; i = next) {
    next = i + (codePointAt(units, i, end) > 0xffff ? 2 : 1);
    if (!isPythonSpace(units[i] as number)) pushSpan(into, i, next);
  }
}

/** Words as they stand: sacrebleu's `none`, for text that is tokenized already. */
export function whitespace(): Tokenizer {
  return { signature: "none", prepare: (text) => text, scan: scanWords };
}

/** Code points one by one: sacrebleu's `char`. */
export function character(): Tokenizer {
  return { signature: "char", prepare: (text) => text, scan: scanCharacters };
}
