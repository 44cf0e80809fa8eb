import { readFileSync } from "node:fs";
import { join } from "node:path";

/*
 * The files that MeCab 0.996's mecab-dict-index writes, little-endian: sys.dic and unk.dic (a double array over UTF-8
 * bytes and the words it leads to), matrix.bin (costs of neighbours) and char.bin (categories of characters).
 */

/** A word list. The words found under a key lie one behind another. */
export interface WordList {
  /** Number of words. */
  readonly size: number;
  readonly charset: string;
  /** Double array: base and check by turns. */
  readonly units: Int32Array;
  /** Eight 16-bit numbers a word, of which the first four are left context, right context, part of speech and cost. */
  readonly words: Int16Array;
}

/** How a category of characters takes part in unknown words. */
interface CharacterCategories {
  readonly names: readonly string[];
  /** For each UCS-2 code: bits 0–17 categories, 18–25 the default one, 26–29 length, 30 group, 31 invoke. */
  readonly codes: Uint32Array;
}

/** Costs of two words as neighbours: `costs[right context of the first + size × left context of the second]`. */
export interface ConnectionMatrix {
  readonly size: number;
  readonly costs: Int16Array;
}

export interface MecabDictionary {
  readonly known: WordList;
  readonly unknown: WordList;
  readonly matrix: ConnectionMatrix;
  readonly categories: CharacterCategories;
}

const HEADER_BYTES = 72;
const CATEGORY_NAME_BYTES = 32;

/** A copy at the start of a buffer, so that arrays of wider numbers are aligned. */
function readBytes(folder: string, name: string): ArrayBuffer {
  return new Uint8Array(readFileSync(join(folder, name))).buffer;
}

function text(bytes: ArrayBuffer, start: number, length: number): string {
  return new TextDecoder("latin1").decode(new Uint8Array(bytes, start, length)).replace(/\0.*$/su, "");
}

function readWordList(folder: string, name: string): WordList {
  const bytes = readBytes(folder, name);
  const header = new Uint32Array(bytes, 0, HEADER_BYTES / 4);
  const [size, unitBytes, wordBytes] = [header[3] as number, header[6] as number, header[7] as number];
  return {
    size,
    charset: text(bytes, 40, 32),
    units: new Int32Array(bytes, HEADER_BYTES, unitBytes / 4),
    words: new Int16Array(bytes, HEADER_BYTES + unitBytes, wordBytes / 2),
  };
}

function readMatrix(folder: string): ConnectionMatrix {
  const bytes = readBytes(folder, "matrix.bin");
  return { size: new Uint16Array(bytes, 0, 1)[0] as number, costs: new Int16Array(bytes, 4) };
}

function readCategories(folder: string): CharacterCategories {
  const bytes = readBytes(folder, "char.bin");
  const count = new Uint32Array(bytes, 0, 1)[0] as number;
  const names = Array.from({ length: count }, (_, index) =>
    text(bytes, 4 + index * CATEGORY_NAME_BYTES, CATEGORY_NAME_BYTES),
  );
  return { names, codes: new Uint32Array(bytes, 4 + count * CATEGORY_NAME_BYTES) };
}

/** Reads a compiled dictionary from its folder. Throws what the file system throws, and RangeError on a torn file. */
export function readDictionary(folder: string): MecabDictionary {
  return {
    known: readWordList(folder, "sys.dic"),
    unknown: readWordList(folder, "unk.dic"),
    matrix: readMatrix(folder),
    categories: readCategories(folder),
  };
}

/** Words under one key: `count` of them from the word `first` on. */
export interface WordRange {
  readonly first: number;
  readonly count: number;
}

/** Visits the keys that `bytes` has from `start` on, shortest first, none beyond `end`. */
export function visitPrefixes(
  { units }: WordList,
  { bytes, start, end }: { readonly bytes: Uint8Array; readonly start: number; readonly end: number },
  visit: (length: number, words: WordRange) => void,
): void {
  let base = units[0] as number;
  for (let i = start; ; i++) {
    const value = units[2 * base] as number;
    if (units[2 * base + 1] === base && value < 0)
      visit(i - start, { first: (-value - 1) >> 8, count: (-value - 1) & 0xff });
    if (i === end) return;
    const next = base + (bytes[i] as number) + 1;
    if (units[2 * next + 1] !== base) return;
    base = units[2 * next] as number;
  }
}

/** The words under exactly this ASCII key; none where there is no such key. */
export function wordsOf(list: WordList, key: string): WordRange {
  const bytes = new TextEncoder().encode(key);
  let found: WordRange = { first: 0, count: 0 };
  visitPrefixes(list, { bytes, start: 0, end: bytes.length }, (length, words) => {
    if (length === bytes.length) found = words;
  });
  return found;
}
