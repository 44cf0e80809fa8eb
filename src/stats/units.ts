import { clusterSums } from "./clusters.ts";
import type { ClusterCodes } from "./clusters.ts";
import { numpyMt19937 } from "./mt19937.ts";
import type { Rows } from "./resample.ts";

/** What resampling draws: single rows, clusters of rows that depend on each other, or groups of independent rows. */
export interface Units {
  readonly kind: "rows" | "clusters" | "groups";
  readonly count: number;
}

export interface DrawnUnits {
  readonly data: Rows;
  /** True if a last column counts the rows behind each unit. */
  readonly counted: boolean;
  readonly units: Units;
}

/** When to draw groups of rows, and how many groups to make then. */
export interface Grouping {
  readonly mostRows: number;
  readonly groups: number;
}

/** For bootstraps: ten thousand sums estimate a variance to about one percent. */
export const BOOTSTRAP_GROUPING: Grouping = { mostRows: 25_000, groups: 10_000 };

/**
 * The matrix to resample: its rows, or sums over its clusters. Where there are more rows than `mostRows` they are dealt
 * out into groups at random: sums over groups of independent rows have the same variance as sums over the rows, and neither time
 * nor memory grows with n any more.
 */
export function drawnUnits(data: Rows, clusters: ClusterCodes | undefined, grouping: Grouping): DrawnUnits {
  const { n, width, rows } = data;
  if (clusters === undefined && n <= grouping.mostRows) {
    return { data, counted: false, units: { kind: "rows", count: n } };
  }
  const codes = clusters ?? { count: grouping.groups, codes: dealtOut(n, grouping.groups) };
  return {
    data: { n: codes.count, width: width + 1, rows: clusterSums(rows, width, codes) },
    counted: true,
    units: { kind: clusters === undefined ? "groups" : "clusters", count: codes.count },
  };
}

/** What a method's name says of its units: nothing for rows, else for example ", 39 clusters". */
export function unitsRemark({ kind, count }: Units): string {
  return kind === "rows" ? "" : `, ${count} ${kind}`;
}

/** A random group for each row, all groups of equal size or nearly: any order of the rows may mean something. */
function dealtOut(n: number, groups: number): Int32Array {
  const generator = numpyMt19937(n);
  const codes = Int32Array.from({ length: n }, (_, i) => i % groups);
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(generator.double() * (i + 1));
    const code = codes[i] as number;
    codes[i] = codes[j] as number;
    codes[j] = code;
  }
  return codes;
}
