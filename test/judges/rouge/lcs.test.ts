import * as fc from "fast-check";
import { expect, it } from "vitest";

import { lcs } from "../../../judges/rouge/lcs.ts";
import { pairing } from "../../../judges/rouge/pair.ts";
import type { Tokens } from "../../../judges/rouge/vocabulary.ts";

const VOCABULARY = 6;

function tokensOf(lines: readonly (readonly number[])[]): Tokens {
  const ids = Int32Array.from(lines.flat());
  const full = lines.filter((line) => line.length > 0);
  const ends = full.map((_, index) => full.slice(0, index + 1).flat().length);
  return { ids, length: ids.length, ends: Int32Array.from(ends), lines: full.length };
}

/** L[i][j] by the textbook. */
function table(a: readonly number[], b: readonly number[]): number[][] {
  const rows = [new Array<number>(b.length + 1).fill(0)];
  for (const x of a) {
    const above = rows.at(-1) as number[];
    const row = [0];
    for (const [j, y] of b.entries()) {
      row.push(x === y ? (above[j] as number) + 1 : Math.max(above[j + 1] as number, row[j] as number));
    }
    rows.push(row);
  }
  return rows;
}

/** Positions of `a` in the subsequence that the reference implementation reads from its table. */
function positions(a: readonly number[], b: readonly number[]): number[] {
  const lengths = table(a, b);
  const found: number[] = [];
  let i = a.length;
  let j = b.length;
  while (i > 0 && j > 0) {
    if (a[i - 1] === b[j - 1]) {
      found.push(--i);
      j--;
    } else if (((lengths[i] as number[])[j - 1] as number) > ((lengths[i - 1] as number[])[j] as number)) j--;
    else i--;
  }
  return found;
}

function unionHits(target: readonly (readonly number[])[], prediction: readonly (readonly number[])[]): number {
  const left = prediction.flat();
  let hits = 0;
  for (const line of target) {
    const union = new Set(prediction.flatMap((other) => positions(line, other)));
    for (const [index, token] of line.entries()) {
      const at = left.indexOf(token);
      if (!union.has(index) || at < 0) continue;
      left.splice(at, 1);
      hits++;
    }
  }
  return hits;
}

const line = fc.array(fc.nat({ max: VOCABULARY - 1 }), { maxLength: 75 });
const text = fc.array(line, { minLength: 1, maxLength: 4 });

it("finds the length of the longest common subsequence, as dynamic programming does", () => {
  const subsequences = lcs();
  const pairOf = pairing();
  fc.assert(
    fc.property(line, line, (a, b) => {
      const expected = (table(a, b).at(-1) as number[]).at(-1);
      expect(subsequences.length(pairOf(tokensOf([a]), tokensOf([b]), VOCABULARY))).toBe(expected);
    }),
    { numRuns: 300 },
  );
});

it("counts the union over lines with the subsequences that the reference implementation picks", () => {
  const subsequences = lcs();
  const pairOf = pairing();
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(subsequences.unionHits(pairOf(tokensOf(a), tokensOf(b), VOCABULARY))).toBe(unionHits(a, b));
    }),
    { numRuns: 300 },
  );
});

it("refuses two texts whose comparison would take minutes", () => {
  const long = Array.from({ length: 300_000 }, (_, index) => index % 2);
  const other = long.map((token) => 1 - token);
  const pair = pairing()(tokensOf([long]), tokensOf([other]), VOCABULARY);
  expect(() => lcs().length(pair)).toThrow("too long for ROUGE-L");
  expect(() => lcs().unionHits(pair)).toThrow("too long for ROUGE-L");
});
