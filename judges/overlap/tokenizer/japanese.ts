import { existsSync } from "node:fs";
import { join } from "node:path";
import { EvalhError } from "../../../src/core/errors.ts";
import { trimPython } from "../python-space.ts";
import { codePointAt } from "../units.ts";
import { bestPath } from "./mecab/best-path.ts";
import { readDictionary, type MecabDictionary } from "./mecab/dictionary.ts";
import { scanWords } from "./plain.ts";
import type { Scan } from "./separation.ts";
import type { Tokenizer } from "./tokenizer.ts";

export interface MecabSettings {
  /** Folder of MeCab's compiled IPA dictionary in UTF-8; default: where packages install it. */
  readonly mecabDictionary?: string | undefined;
}

/** Where Debian, Fedora, Homebrew and MeCab's own installation put it. */
const USUAL_FOLDERS = [
  "/var/lib/mecab/dic/ipadic-utf8",
  "/usr/lib64/mecab/dic/ipadic",
  "/usr/share/mecab/dic/ipadic",
  "/opt/homebrew/lib/mecab/dic/ipadic",
  "/usr/local/lib/mecab/dic/ipadic",
];

/** Words in the IPA dictionary 2.7.0, the one sacrebleu accepts. */
const IPA_WORDS = 392_126;

const HINT =
  "Install it with `apt install mecab-ipadic-utf8` or `pip install ipadic` and name its folder (sys.dic lies in it) in the option `mecab_dictionary`.";

function loadDictionary({ mecabDictionary }: MecabSettings): MecabDictionary {
  const folder = mecabDictionary ?? USUAL_FOLDERS.find((usual) => existsSync(join(usual, "sys.dic")));
  if (folder === undefined) {
    throw new EvalhError("E_MISSING_DEPENDENCY", "The tokenizer ja-mecab needs MeCab's IPA dictionary.", {
      hint: HINT,
    });
  }
  let dictionary: MecabDictionary;
  try {
    dictionary = readDictionary(folder);
  } catch (cause) {
    throw new EvalhError("E_MISSING_DEPENDENCY", `${folder} holds no compiled MeCab dictionary.`, {
      hint: HINT,
      cause,
    });
  }
  const { size, charset } = dictionary.known;
  if (size !== IPA_WORDS || !/^utf-?8$/iu.test(charset)) {
    throw new EvalhError(
      "E_MISSING_DEPENDENCY",
      `The dictionary in ${folder} has ${size} words in ${charset}, but ja-mecab means the IPA dictionary with ${IPA_WORDS} words in UTF-8.`,
      { hint: HINT },
    );
  }
  return dictionary;
}

/** Writes a code point as UTF-8 and returns where the next one goes. A lone surrogate takes three bytes. */
function writeUtf8(bytes: Uint8Array, at: number, code: number): number {
  let next = at;
  if (code < 0x80) bytes[next++] = code;
  else {
    if (code < 0x800) bytes[next++] = 0xc0 | (code >> 6);
    else {
      if (code < 0x10000) bytes[next++] = 0xe0 | (code >> 12);
      else {
        bytes[next++] = 0xf0 | (code >> 18);
        bytes[next++] = 0x80 | ((code >> 12) & 0x3f);
      }
      bytes[next++] = 0x80 | ((code >> 6) & 0x3f);
    }
    bytes[next++] = 0x80 | (code & 0x3f);
  }
  return next;
}

function scanSentence(dictionary: MecabDictionary): Scan {
  const visitWords = bestPath(dictionary);
  return (units, start, end, into) => {
    const bytes = new Uint8Array(3 * (end - start));
    /** The unit at which the character at each byte begins. */
    const unitAt = new Int32Array(bytes.length + 1);
    let length = 0;
    for (let i = start; i < end;) {
      const code = codePointAt(units, i, end);
      unitAt[length] = i;
      length = writeUtf8(bytes, length, code);
      i += code > 0xffff ? 2 : 1;
    }
    unitAt[length] = end;
    // A word may hold or be white space, at which the words written one behind another are cut again.
    visitWords(bytes.subarray(0, length), (from, to) => {
      scanWords(units, unitAt[from] as number, unitAt[to] as number, into);
    });
  };
}

/**
 * MeCab's words by the IPA dictionary: sacrebleu's `ja-mecab`. The dictionary is not part of this package.
 *
 * @throws EvalhError E_MISSING_DEPENDENCY if the dictionary is not there, or is another one.
 */
export function japanese(settings: MecabSettings): Tokenizer {
  return {
    signature: "ja-mecab-0.996-IPA",
    prepare: trimPython,
    scan: scanSentence(loadDictionary(settings)),
  };
}
