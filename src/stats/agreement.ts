/** Scale of the ratings: decides how far apart two ratings are. */
export type RatingLevel = "nominal" | "ordinal" | "interval" | "ratio";

/**
 * Krippendorff's alpha (2011) of raters × units, with null where a rater left a unit out: 1 for perfect agreement, 0
 * for what chance gives. Null where no two raters rated a common unit or all ratings are equal, since then disagreement
 * by chance is zero. Checked against the krippendorff package.
 */
export function krippendorffAlpha(ratings: readonly (readonly (number | null)[])[], level: RatingLevel): number | null {
  const units = pairableUnits(ratings);
  const values = [...new Set(units.flat())].sort((x, y) => x - y);
  const index = new Map(values.map((value, i) => [value, i]));
  const counts = units.map((unit) => {
    const row = new Float64Array(values.length);
    for (const rating of unit) row[index.get(rating) as number] = (row[index.get(rating) as number] as number) + 1;
    return row;
  });
  const totals = new Float64Array(values.length);
  for (const row of counts) for (const [k, c] of row.entries()) totals[k] = (totals[k] as number) + c;
  const distance = distances(values, totals, level);
  const n = totals.reduce((sum, c) => sum + c, 0);
  let observed = 0;
  for (const row of counts) observed += weighted(row, distance) / (row.reduce((sum, c) => sum + c, 0) - 1);
  const expected = weighted(totals, distance) / (n - 1);
  return expected > 0 ? 1 - observed / expected : null;
}

/**
 * Fleiss' kappa (1971) of units × categories, each cell the number of raters who chose it; every unit has the same
 * number of raters. Null where chance alone would agree always.
 */
export function fleissKappa(counts: readonly (readonly number[])[]): number | null {
  const raters = (counts[0] ?? []).reduce((sum, c) => sum + c, 0);
  const categories = counts[0]?.length ?? 0;
  let observed = 0;
  const totals = new Float64Array(categories);
  for (const row of counts) {
    for (const [k, c] of row.entries()) {
      observed += c * (c - 1);
      totals[k] = (totals[k] as number) + c;
    }
  }
  observed /= counts.length * raters * (raters - 1);
  const expected = totals.reduce((sum, c) => sum + (c / (counts.length * raters)) ** 2, 0);
  return expected < 1 ? (observed - expected) / (1 - expected) : null;
}

/** Ratings of each unit that at least two raters rated. */
function pairableUnits(ratings: readonly (readonly (number | null)[])[]): readonly (readonly number[])[] {
  const count = Math.max(0, ...ratings.map((row) => row.length));
  return Array.from({ length: count }, (_, u) =>
    ratings.flatMap((row) => {
      const rating = row[u];
      return rating === null || rating === undefined ? [] : [rating];
    }),
  ).filter((unit) => unit.length > 1);
}

/** Σ over ordered pairs of different ratings of their squared distance. */
function weighted(counts: Float64Array, distance: (i: number, j: number) => number): number {
  let sum = 0;
  for (let i = 0; i < counts.length; i++) {
    for (let j = 0; j < i; j++) sum += 2 * (counts[i] as number) * (counts[j] as number) * distance(i, j);
  }
  return sum;
}

/** Squared distance of the values numbered i > j, ascending. */
function distances(
  values: readonly number[],
  totals: Float64Array,
  level: RatingLevel,
): (i: number, j: number) => number {
  const value = (i: number): number => values[i] as number;
  if (level === "nominal") return () => 1;
  if (level === "interval") return (i, j) => (value(i) - value(j)) ** 2;
  if (level === "ratio") {
    return (i, j) => (value(i) + value(j) === 0 ? 0 : ((value(i) - value(j)) / (value(i) + value(j))) ** 2);
  }
  return (i, j) => {
    let between = ((totals[i] as number) + (totals[j] as number)) / 2;
    for (let k = j + 1; k < i; k++) between += totals[k] as number;
    return between ** 2;
  };
}
