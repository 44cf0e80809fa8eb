import { normalQuantile } from "./normal.ts";

/** Wins of each over each: `wins[i][j]` is how often i beat j; a tie is half a win for both. */
export type WinTable = readonly (readonly number[])[];

/** How strong each is, as the logarithm of its odds against the average. */
export interface Strength {
  readonly value: number;
  readonly lo: number;
  readonly hi: number;
}

const MOST_STEPS = 10_000;
const PRECISION = 1e-12;

/**
 * Strengths of the Bradley–Terry model (1952) by maximum likelihood with D. Hunter's MM algorithm ("MM algorithms for
 * generalized Bradley–Terry models", 2004); they sum to zero. Intervals come from the Fisher information. Null where no
 * maximum exists: some never lost, or were never compared, even by way of others (L. Ford, 1957).
 */
export function bradleyTerry(wins: WinTable, level = 0.95): readonly Strength[] | null {
  const n = wins.length;
  const at = (i: number, j: number): number => wins[i]?.[j] ?? 0;
  if (n < 2 || !reachesAll(n, (i, j) => at(i, j) > 0) || !reachesAll(n, (i, j) => at(j, i) > 0)) return null;
  const odds = new Float64Array(n).fill(1);
  for (let step = 0; step < MOST_STEPS; step++) {
    let change = 0;
    const before = odds.slice();
    for (let i = 0; i < n; i++) {
      let won = 0;
      let expected = 0;
      for (let j = 0; j < n; j++) {
        if (i === j) continue;
        won += at(i, j);
        expected += (at(i, j) + at(j, i)) / ((before[i] as number) + (before[j] as number));
      }
      odds[i] = won / expected;
    }
    const centre = Math.exp(odds.reduce((sum, x) => sum + Math.log(x), 0) / n);
    for (let i = 0; i < n; i++) {
      odds[i] = (odds[i] as number) / centre;
      change = Math.max(change, Math.abs(Math.log((odds[i] as number) / (before[i] as number))));
    }
    if (change < PRECISION) break;
  }
  const z = normalQuantile((1 + level) / 2);
  const variances = strengthVariances(odds, (i, j) => at(i, j) + at(j, i));
  return Array.from(odds, (x, i) => {
    const value = Math.log(x);
    const half = z * Math.sqrt(Math.max(0, variances[i] ?? 0));
    return { value, lo: value - half, hi: value + half };
  });
}

/** Whether every node can be reached from the first. */
function reachesAll(n: number, hasEdge: (from: number, to: number) => boolean): boolean {
  const seen = new Set([0]);
  for (const from of seen) for (let to = 0; to < n; to++) if (hasEdge(from, to)) seen.add(to);
  return seen.size === n;
}

/**
 * Diagonal of the pseudo-inverse of the information matrix. The matrix is singular along (1, …, 1), the direction that
 * the constraint takes away; adding 1/n to every entry makes it regular, and 1/n is taken off the inverse again.
 */
function strengthVariances(odds: Float64Array, games: (i: number, j: number) => number): number[] {
  const n = odds.length;
  const rows = Array.from({ length: n }, (_, i) => {
    const row = new Float64Array(2 * n).fill(1 / n, 0, n);
    row[n + i] = 1;
    for (let j = 0; j < n; j++) {
      if (i === j) continue;
      const p = (odds[i] as number) / ((odds[i] as number) + (odds[j] as number));
      const information = games(i, j) * p * (1 - p);
      row[i] = (row[i] as number) + information;
      row[j] = (row[j] as number) - information;
    }
    return row;
  });
  invert(rows);
  return rows.map((row, i) => (row[n + i] as number) - 1 / n);
}

/** Gauss–Jordan elimination of [M | I] to [I | M⁻¹], in place. M is positive definite: no pivoting is needed. */
function invert(rows: readonly Float64Array[]): void {
  for (const [i, pivotRow] of rows.entries()) {
    const pivot = pivotRow[i] as number;
    for (let c = 0; c < pivotRow.length; c++) pivotRow[c] = (pivotRow[c] as number) / pivot;
    for (const [k, row] of rows.entries()) {
      if (k === i) continue;
      const factor = row[i] as number;
      for (let c = 0; c < row.length; c++) row[c] = (row[c] as number) - factor * (pivotRow[c] as number);
    }
  }
}
