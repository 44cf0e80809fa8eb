import * as fc from "fast-check";
import { expect, it } from "vitest";

import { editCounter, type Edits } from "../../../judges/speech/edits.ts";

/** Distances by the textbook. */
function distances(a: readonly number[], b: readonly number[]): number[][] {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (const [i, x] of a.entries()) {
    const above = rows[i] as number[];
    const row = [i + 1];
    for (const [j, y] of b.entries()) {
      const other = Math.min(above[j + 1] as number, row[j] as number) + 1;
      row.push(Math.min((above[j] as number) + (x === y ? 0 : 1), other));
    }
    rows.push(row);
  }
  return rows;
}

/** Reads an alignment back, preferring deletions, then insertions, as RapidFuzz does; common ends were cut before. */
function expectedEdits(a: readonly number[], b: readonly number[]): Edits {
  const table = distances(a, b);
  const at = (i: number, j: number): number => (table[i] as number[])[j] as number;
  const counts = { hits: 0, substitutions: 0, deletions: 0, insertions: 0 };
  let [i, j] = [a.length, b.length];
  while (i > 0 && j > 0) {
    if (at(i, j) === at(i - 1, j) + 1) {
      i--;
      counts.deletions++;
    } else if (j > 1 && at(i, j - 1) === at(i - 1, j - 1) - 1) {
      j--;
      counts.insertions++;
    } else {
      i--;
      j--;
      counts[a[i] === b[j] ? "hits" : "substitutions"]++;
    }
  }
  return { ...counts, deletions: counts.deletions + i, insertions: counts.insertions + j };
}

const text = fc.array(fc.nat({ max: 4 }), { maxLength: 90 });
/** Unequal at both ends, so that nothing is cut. */
const framed = (start: number, end: number): fc.Arbitrary<number[]> => text.map((inner) => [start, ...inner, end]);

it("finds the least number of edits, as dynamic programming does", () => {
  const counter = editCounter();
  fc.assert(
    fc.property(text, text, (a, b) => {
      const distance = (distances(a, b).at(-1) as number[]).at(-1);
      const { hits, substitutions, deletions, insertions } = counter.edits(a, b);
      expect(counter.distance(a, b)).toBe(distance);
      expect(substitutions + deletions + insertions).toBe(distance);
      expect(hits + substitutions + deletions).toBe(a.length);
      expect(hits + substitutions + insertions).toBe(b.length);
    }),
    { numRuns: 300 },
  );
});

it("takes the alignment that RapidFuzz takes", () => {
  const counter = editCounter();
  fc.assert(
    fc.property(framed(10, 11), framed(12, 13), (a, b) => {
      expect(counter.edits(a, b)).toEqual(expectedEdits(a, b));
    }),
    { numRuns: 200 },
  );
});

it("compares texts of any length that agree, and refuses to align very long ones that do not", () => {
  const long = Array.from({ length: 300_000 }, (_, index) => index % 7);
  expect(editCounter().distance(long, [...long, 1])).toBe(1);
  const other = long.map((symbol) => symbol + 7);
  expect(() => editCounter().distance(long, other)).toThrow("too long to align");
  expect(() => editCounter().edits(long, other)).toThrow("too long to align");
});
