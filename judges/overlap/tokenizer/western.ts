import { isPythonSpace } from "../python-space.ts";
import { CharacterClass, separation } from "./separation.ts";
import type { Tokenizer } from "./tokenizer.ts";

const ASCII_CLASSES = Uint8Array.from({ length: 128 }, (_, code) => {
  if (isPythonSpace(code)) return CharacterClass.space;
  const char = String.fromCharCode(code);
  if (/[0-9]/.test(char)) return CharacterClass.digit;
  if (char === "." || char === ",") return CharacterClass.point;
  if (char === "-") return CharacterClass.dash;
  // All other ASCII punctuation but the apostrophe.
  return /[!-&(-/:-@[-`{-~]/.test(char) ? CharacterClass.symbol : CharacterClass.letter;
});

/** The class of a code point in the language-dependent part of mteval-v13a: only ASCII is cut. */
export function westernClass(codePoint: number): number {
  if (codePoint < 128) return ASCII_CLASSES[codePoint] as number;
  return isPythonSpace(codePoint) ? CharacterClass.space : CharacterClass.letter;
}

const REPLACEMENTS = [
  ["<skipped>", ""],
  ["-\n", ""],
  ["&quot;", '"'],
  ["&amp;", "&"],
  ["&lt;", "<"],
  ["&gt;", ">"],
] as const;

/** Drops "<skipped>", joins hyphenated lines and resolves four entities: each over the result of the one before. */
function withoutMarkup(text: string): string {
  if (!text.includes("&") && !text.includes("<skipped>") && !text.includes("-\n")) return text;
  let result = text;
  for (const [from, to] of REPLACEMENTS) result = result.replaceAll(from, to);
  return result;
}

/** mteval-v13a, WMT's tokenizer: sacrebleu's `13a`. */
export function western(): Tokenizer {
  return {
    signature: "13a",
    prepare: withoutMarkup,
    scan: separation({ classify: westernClass, padded: true }),
  };
}
