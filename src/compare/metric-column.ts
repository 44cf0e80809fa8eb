import type { Sufficient } from "../core/sufficient.ts";

/** One metric of one checkpoint over the samples of a unit. */
export interface MetricColumn {
  /** Samples that have a score, ascending. */
  readonly ordinals: Uint32Array;
  /** One row a scored sample; repeats of a sample are averaged into its row. */
  readonly sufficient: Sufficient;
  /** The sample's own score, aligned with `ordinals`. */
  readonly perSample: Float64Array;
}

/** Repeats of a sample are no further samples: their rows become one, so that n and the interval stay honest. */
export function averageRepeats(
  packed: Sufficient,
  perSample: Float64Array,
  ordinalOf: readonly number[],
): MetricColumn {
  const ordinals = [...new Set(ordinalOf)];
  const rows = new Float64Array(ordinals.length * packed.width);
  const means = new Float64Array(ordinals.length);
  let target = -1;
  let previous = -1;
  const counts = new Float64Array(ordinals.length);
  for (const [index, ordinal] of ordinalOf.entries()) {
    if (ordinal !== previous) target++;
    previous = ordinal;
    counts[target] = (counts[target] ?? 0) + 1;
    means[target] = (means[target] ?? 0) + (perSample[index] ?? 0);
    for (let column = 0; column < packed.width; column++) {
      const at = target * packed.width + column;
      rows[at] = (rows[at] ?? 0) + (packed.rows[index * packed.width + column] ?? 0);
    }
  }
  for (let index = 0; index < ordinals.length; index++) {
    const times = counts[index] ?? 1;
    means[index] = (means[index] ?? 0) / times;
    for (let column = 0; column < packed.width; column++) {
      const at = index * packed.width + column;
      rows[at] = (rows[at] ?? 0) / times;
    }
  }
  // An average of several 0s and 1s is no longer a proportion.
  const sufficient = { ...packed, n: ordinals.length, rows, proportion: false };
  return { ordinals: Uint32Array.from(ordinals), sufficient, perSample: means };
}

/** The column over some of its samples. `keep` answers for a sample's ordinal. */
export function subsetColumn(column: MetricColumn, keep: (ordinal: number) => boolean): MetricColumn {
  const positions: number[] = [];
  for (let index = 0; index < column.ordinals.length; index++) {
    if (keep(column.ordinals[index] as number)) positions.push(index);
  }
  return positions.length === column.ordinals.length ? column : takeRows(column, positions);
}

/** Both columns over the samples that both have, in the same order. */
export function pairColumns(a: MetricColumn, b: MetricColumn): [MetricColumn, MetricColumn] {
  const positionsA: number[] = [];
  const positionsB: number[] = [];
  let indexA = 0;
  let indexB = 0;
  while (indexA < a.ordinals.length && indexB < b.ordinals.length) {
    const ordinalA = a.ordinals[indexA] as number;
    const ordinalB = b.ordinals[indexB] as number;
    if (ordinalA === ordinalB) {
      positionsA.push(indexA++);
      positionsB.push(indexB++);
    } else if (ordinalA < ordinalB) indexA++;
    else indexB++;
  }
  const isWhole = positionsA.length === a.ordinals.length && positionsB.length === b.ordinals.length;
  return isWhole ? [a, b] : [takeRows(a, positionsA), takeRows(b, positionsB)];
}

function takeRows(column: MetricColumn, positions: readonly number[]): MetricColumn {
  const { width } = column.sufficient;
  const rows = new Float64Array(positions.length * width);
  for (const [target, position] of positions.entries()) {
    rows.set(column.sufficient.rows.subarray(position * width, (position + 1) * width), target * width);
  }
  return {
    ordinals: Uint32Array.from(positions, (position) => column.ordinals[position] as number),
    sufficient: { ...column.sufficient, n: positions.length, rows },
    perSample: Float64Array.from(positions, (position) => column.perSample[position] as number),
  };
}
