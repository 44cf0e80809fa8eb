import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { bleu } from "../../judges/overlap/bleu.ts";
import { bestPath } from "../../judges/overlap/tokenizer/mecab/best-path.ts";
import { readDictionary } from "../../judges/overlap/tokenizer/mecab/dictionary.ts";

/** A word's cost, and the context that its neighbours see on either side. */
type Entry = readonly [cost: number, context: number];

/** Cells of a double array by index: base and check. */
type Cells = Map<number, readonly [number, number]>;

/** Lays the keys that share their first `depth` bytes behind a base of their own, as darts does; returns the base. */
function layKeys(cells: Cells, keys: readonly (readonly [Uint8Array, number])[], depth: number): number {
  const codes = new Map<number, (readonly [Uint8Array, number])[]>();
  for (const key of keys) {
    const code = depth === key[0].length ? 0 : (key[0][depth] as number) + 1;
    codes.set(code, [...(codes.get(code) ?? []), key]);
  }
  let base = 1;
  const bases = new Set([...cells.values()].map(([, check]) => check));
  while (bases.has(base) || [...codes.keys()].some((code) => cells.has(base + code))) base++;
  for (const code of codes.keys()) cells.set(base + code, [0, base]);
  for (const [code, group] of codes) {
    const value = code === 0 ? -(group[0]?.[1] as number) - 1 : layKeys(cells, group, depth + 1);
    cells.set(base + code, [value, base]);
  }
  return base;
}

/** Writes a word list in the format of MeCab 0.996's compiled dictionaries. */
function writeWords(file: string, type: number, entries: Readonly<Record<string, readonly Entry[]>>): void {
  const words = Object.values(entries).flat();
  let first = 0;
  const keys = Object.entries(entries).map(([key, own]) => {
    first += own.length;
    return [new TextEncoder().encode(key), ((first - own.length) << 8) | own.length] as const;
  });
  const cells: Cells = new Map();
  cells.set(0, [layKeys(cells, keys, 0), 0]);
  // Any cell that a lookup can reach must exist.
  const units = new Int32Array(2 * (Math.max(...cells.keys()) + 257));
  for (const [index, cell] of cells) units.set(cell, 2 * index);
  const tokens = new Int16Array(8 * words.length);
  for (const [index, [cost, context]] of words.entries()) tokens.set([context, context, 0, cost], 8 * index);
  const size = 72 + units.byteLength + tokens.byteLength + 1;
  const bytes = new Uint8Array(size);
  const header = [0xef718f77 ^ size, 102, type, words.length, 2, 2, units.byteLength, tokens.byteLength, 1, 0];
  bytes.set(new Uint8Array(Int32Array.from(header).buffer), 0);
  bytes.set(new TextEncoder().encode("UTF-8"), 40);
  bytes.set(new Uint8Array(units.buffer), 72);
  bytes.set(new Uint8Array(tokens.buffer), 72 + units.byteLength);
  writeFileSync(file, bytes);
}

const CATEGORIES = ["DEFAULT", "SPACE", "LATIN"];

/** Writes the categories: spaces, Latin letters that group and always ask for unknown words, and the rest by ones. */
function writeCategories(file: string): void {
  const codes = new Uint32Array(0xffff).fill((1 << 0) | (0 << 18) | (1 << 26));
  codes[0x20] = (1 << 1) | (1 << 18);
  for (let code = 0x61; code <= 0x7a; code++) codes[code] = ((1 << 2) | (2 << 18) | (1 << 30) | (1 << 31)) >>> 0;
  const bytes = new Uint8Array(4 + 32 * CATEGORIES.length + codes.byteLength);
  bytes[0] = CATEGORIES.length;
  for (const [index, name] of CATEGORIES.entries()) bytes.set(new TextEncoder().encode(name), 4 + 32 * index);
  bytes.set(new Uint8Array(codes.buffer), 4 + 32 * CATEGORIES.length);
  writeFileSync(file, bytes);
}

const folder = mkdtempSync(join(tmpdir(), "evalh-mecab-"));
afterAll(() => rmSync(folder, { recursive: true }));

beforeAll(() => {
  writeWords(join(folder, "sys.dic"), 0, {
    東: [[300, 0]],
    東京: [[400, 0]],
    京都: [[350, 0]],
    都: [[300, 1]],
    に: [[100, 0]],
    cat: [[900, 0]],
  });
  writeWords(join(folder, "unk.dic"), 2, { DEFAULT: [[2000, 0]], SPACE: [[2000, 0]], LATIN: [[1000, 0]] });
  writeCategories(join(folder, "char.bin"));
  // A word of context 1 behind one of context 0 is cheap, all other neighbourhoods are dear.
  writeFileSync(join(folder, "matrix.bin"), new Uint8Array(Int16Array.from([2, 2, 200, 200, -100, 200]).buffer));
});

function words(text: string): readonly string[] {
  const bytes = new TextEncoder().encode(text);
  const found: string[] = [];
  bestPath(readDictionary(folder))(bytes, (start, end) =>
    found.push(new TextDecoder().decode(bytes.subarray(start, end))),
  );
  return found;
}

describe("MeCab's analysis", () => {
  it("takes the words whose costs and neighbourhoods cost least", () => {
    // 200 + 400 - 100 + 300 for 東京 and 都; 200 + 300 + 200 + 350 for 東 and 京都.
    expect(words("東京都に")).toEqual(["東京", "都", "に"]);
    expect(words("東東京")).toEqual(["東", "東京"]);
  });

  it("takes unknown characters by their category: one by one, or as a group", () => {
    expect(words("東山川")).toEqual(["東", "山", "川"]);
    expect(words("都dogに")).toEqual(["都", "dog", "に"]);
  });

  it("asks the category for unknown words beside known ones", () => {
    expect(words("cat")).toEqual(["cat"]);
    expect(words("catx")).toEqual(["catx"]);
  });

  it("drops spaces before words and at the end", () => {
    expect(words("  東京  に ")).toEqual(["東京", "に"]);
    expect(words("   ")).toEqual([]);
    expect(words("")).toEqual([]);
  });

  it("goes on behind NUL and through characters beyond the basic plane", () => {
    expect(words("に\0に😀")).toEqual(["に", "\0", "に", "😀"]);
  });

  it("groups no more than 25 letters", () => {
    expect(words("z".repeat(25))).toEqual(["z".repeat(25)]);
    expect(words("z".repeat(26))).toEqual(["z", "z".repeat(25)]);
  });
});

describe("a dictionary that is not the IPA dictionary", () => {
  it("is refused with what it is and where to get the right one", () => {
    expect(() => bleu({ tokenize: "ja-mecab", mecabDictionary: folder })).toThrow(
      expect.objectContaining({
        code: "E_MISSING_DEPENDENCY",
        message: expect.stringContaining("has 6 words in UTF-8"),
        hint: expect.stringContaining("mecab_dictionary"),
      }),
    );
  });

  it("is refused if it is torn", () => {
    const torn = mkdtempSync(join(tmpdir(), "evalh-mecab-"));
    writeWords(join(torn, "sys.dic"), 0, { 東: [[300, 0]] });
    truncateSync(join(torn, "sys.dic"), 90);
    expect(() => bleu({ tokenize: "ja-mecab", mecabDictionary: torn })).toThrow(/holds no compiled MeCab dictionary/u);
    rmSync(torn, { recursive: true });
  });
});
