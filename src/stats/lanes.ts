/*
 * Columns of small whole numbers packed several to a double, so that one addition adds them all: a column with unit u is
 * stored as u × value, and as long as no column's sum reaches the next unit, and nothing reaches 2^53, sums stay exact
 * and can be taken apart again. BLEU's twenty counts of two systems become seven doubles.
 */

/** How columns are packed. */
export interface Lanes {
  /** Number of doubles. */
  readonly count: number;
  /** Lane of each column. */
  readonly lane: Uint32Array;
  /** Unit of each column within its lane; 1 for a column that is alone. */
  readonly unit: Float64Array;
  /** True for lanes that hold one column, which may then be any number. */
  readonly alone: readonly boolean[];
}

const LANE_BITS = 53;

/**
 * Packs columns, given the largest sum that each can reach. A column whose limit is not a finite whole number (it holds
 * fractions or negative numbers) gets a lane to itself.
 */
export function packLanes(limits: readonly number[]): Lanes {
  const lane = new Uint32Array(limits.length);
  const unit = new Float64Array(limits.length).fill(1);
  const used: number[] = [];
  for (const [column, limit] of limits.entries()) {
    const bits = Number.isSafeInteger(limit) ? Math.ceil(Math.log2(limit + 2)) : LANE_BITS;
    const found = used.findIndex((taken) => taken + bits <= LANE_BITS);
    const into = found === -1 ? used.length : found;
    const taken = used[into] ?? 0;
    lane[column] = into;
    unit[column] = 2 ** taken;
    used[into] = taken + bits;
  }
  const members = used.map(() => 0);
  for (const into of lane) members[into] = (members[into] as number) + 1;
  return { count: used.length, lane, unit, alone: members.map((n) => n === 1) };
}

/** Adds a row's values, times their units, to the lanes of `packed` from `at` on. */
export function addPacked(lanes: Lanes, row: Float64Array, { packed, at }: { packed: Float64Array; at: number }): void {
  for (let c = 0; c < row.length; c++) {
    const to = at + (lanes.lane[c] as number);
    packed[to] = (packed[to] as number) + (row[c] as number) * (lanes.unit[c] as number);
  }
}

/** Takes sums out of their lanes and adds them to `sums`. Clears `packed`. Every column's sum must be 0 or more. */
export function drainPacked(lanes: Lanes, packed: Float64Array, sums: Float64Array): void {
  // Columns entered each lane in ascending order of units, so the last one in is the highest digit.
  for (let c = sums.length - 1; c >= 0; c--) {
    const lane = lanes.lane[c] as number;
    const total = packed[lane] as number;
    const value = lanes.alone[lane] === true ? total : Math.floor(total / (lanes.unit[c] as number));
    packed[lane] = total - value * (lanes.unit[c] as number);
    sums[c] = (sums[c] as number) + value;
  }
}
