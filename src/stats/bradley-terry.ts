import { normalQuantile } from "./normal.ts";

/** One comparison of two or more players. */
export interface Contest {
  readonly players: readonly number[];
  /** What each of them won, aligned with `players`; a draw is shared. The sum is the contest's weight. */
  readonly won: readonly number[];
}

/** How strong each is, as the logarithm of its odds against the average. */
export interface Strength {
  readonly value: number;
  readonly lo: number;
  readonly hi: number;
}

const MOST_STEPS = 10_000;
const PRECISION = 1e-12;

/**
 * Strengths of the Bradley–Terry model (1952), for contests of several of Luce's choice of the best (1959), by maximum
 * likelihood with D. Hunter's MM algorithm ("MM algorithms for generalized Bradley–Terry models", 2004); they sum to
 * zero. Intervals come from the Fisher information. Null where no maximum exists: some never won or never lost, or were
 * never compared, even by way of others (L. Ford, 1957). Checked against statsmodels' ConditionalLogit.
 */
export function bradleyTerry(n: number, contests: readonly Contest[], level = 0.95): readonly Strength[] | null {
  const beats = beatenBy(n, contests);
  if (n < 2 || !reachesAll(n, (i, j) => beats[i]?.has(j)) || !reachesAll(n, (i, j) => beats[j]?.has(i))) return null;
  const won = new Float64Array(n);
  for (const { players, won: shares } of contests) {
    for (const [at, player] of players.entries()) won[player] = (won[player] ?? 0) + (shares[at] ?? 0);
  }
  let odds = new Float64Array(n).fill(1);
  for (let step = 0; step < MOST_STEPS; step++) {
    const next = improved(odds, won, contests);
    const change = Math.max(...next.map((x, i) => Math.abs(Math.log(x / (odds[i] as number)))));
    odds = next;
    if (change < PRECISION) break;
  }
  const z = normalQuantile((1 + level) / 2);
  const variances = strengthVariances(odds, contests);
  return Array.from(odds, (x, i) => {
    const value = Math.log(x);
    const half = z * Math.sqrt(Math.max(0, variances[i] ?? 0));
    return { value, lo: value - half, hi: value + half };
  });
}

const weightOf = ({ won }: Contest): number => won.reduce((sum, share) => sum + share, 0);

/** One step of the MM algorithm, with the geometric mean at 1. */
function improved(
  odds: Float64Array<ArrayBuffer>,
  won: Float64Array,
  contests: readonly Contest[],
): Float64Array<ArrayBuffer> {
  const expected = new Float64Array(odds.length);
  for (const contest of contests) {
    const total = contest.players.reduce((sum, player) => sum + (odds[player] as number), 0);
    const each = weightOf(contest) / total;
    for (const player of contest.players) expected[player] = (expected[player] ?? 0) + each;
  }
  const next = odds.map((_, i) => (won[i] as number) / (expected[i] as number));
  const centre = Math.exp(next.reduce((sum, x) => sum + Math.log(x), 0) / next.length);
  return next.map((x) => x / centre);
}

/** For each player those that it left behind at least in part. */
function beatenBy(n: number, contests: readonly Contest[]): Set<number>[] {
  const beats = Array.from({ length: n }, () => new Set<number>());
  for (const { players, won } of contests) {
    for (const [at, player] of players.entries()) {
      if ((won[at] ?? 0) <= 0) continue;
      for (const other of players) if (other !== player) beats[player]?.add(other);
    }
  }
  return beats;
}

/** Whether every node can be reached from the first. */
function reachesAll(n: number, hasEdge: (from: number, to: number) => boolean | undefined): boolean {
  const seen = new Set([0]);
  for (const from of seen) for (let to = 0; to < n; to++) if (hasEdge(from, to) === true) seen.add(to);
  return seen.size === n;
}

/**
 * Diagonal of the pseudo-inverse of the information matrix. The matrix is singular along (1, …, 1), the direction that
 * the constraint takes away; adding 1/n to every entry makes it regular, and 1/n is taken off the inverse again.
 */
function strengthVariances(odds: Float64Array, contests: readonly Contest[]): number[] {
  const n = odds.length;
  const rows = Array.from({ length: n }, (_, i) => {
    const row = new Float64Array(2 * n).fill(1 / n, 0, n);
    row[n + i] = 1;
    return row;
  });
  for (const contest of contests) {
    const total = contest.players.reduce((sum, player) => sum + (odds[player] as number), 0);
    const weight = weightOf(contest);
    for (const i of contest.players) {
      const row = rows[i] as Float64Array;
      const p = (odds[i] as number) / total;
      row[i] = (row[i] as number) + weight * p;
      for (const j of contest.players) row[j] = (row[j] as number) - (weight * p * (odds[j] as number)) / total;
    }
  }
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
