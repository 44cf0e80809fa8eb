import { isPythonSpace, trimPython } from "../python-space.ts";
import { CharacterClass, separation } from "./separation.ts";
import type { Tokenizer } from "./tokenizer.ts";
import { westernClass } from "./western.ts";

/**
 * First and last code point of what sacrebleu cuts into characters. Its ranges for extension B and the compatibility
 * supplement are written with four-digit escapes, so that "\u20000" to "\u2a6d6" compares as U+2001 to U+2A6D: curly
 * quotes, dashes and the euro sign are cut and characters of extension B are not. Scores depend on it.
 */
const CUT: readonly (readonly [number, number])[] = [
  [0x2001, 0x2a6d],
  [0x2e80, 0x2eff],
  [0x2f00, 0x2fdf],
  [0x2ff0, 0x2fff],
  [0x3000, 0x303f],
  [0x3100, 0x312f],
  [0x31a0, 0x31bf],
  [0x31c0, 0x31ef],
  [0x3200, 0x33ff],
  [0x3400, 0x4db5],
  [0x4e00, 0x9fbb],
  [0xf900, 0xfa2d],
  [0xfa30, 0xfa6a],
  [0xfa70, 0xfad9],
  [0xfe10, 0xfe1f],
  [0xfe30, 0xfe4f],
  [0xff00, 0xffef],
];

function chineseClass(codePoint: number): number {
  const cut = CUT.some(([first, last]) => codePoint >= first && codePoint <= last);
  return cut && !isPythonSpace(codePoint) ? CharacterClass.symbol : westernClass(codePoint);
}

/** Chinese characters one by one and everything else as `13a` does, without its markup: sacrebleu's `zh`. */
export function chinese(): Tokenizer {
  return {
    signature: "zh",
    prepare: trimPython,
    scan: separation({ classify: chineseClass, padded: false }),
  };
}
