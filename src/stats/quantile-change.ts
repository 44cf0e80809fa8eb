import { pcg64 } from "./pcg64.ts";
import { quantile } from "./quantile.ts";
import { blocksFor, detectableRise, oneSided, type RatioChange, type RatioOptions } from "./ratio-change.ts";
import { tQuantile } from "./student-t.ts";

const TRIALS = 5000;
const RESAMPLES = 1000;
/** Values at which counts are kept. Up to so many none is rounded; beyond, by one part in 20,000 of the ranks. */
const MOST_STEPS = 20_000;

/**
 * By what factor a quantile rose between two measurements of the same things: see `ratioChange` for the pairs and their
 * blocks. p comes from swapping the sides of whole blocks at random, which asks nothing of the tails, and the bounds from
 * Student's t with the bootstrap's error over blocks, which p must agree with. That a pair's things are alike on both sides helps in either.
 *
 * @param options.share which quantile, above 0 and below 1
 */
export function quantileChange(
  base: Float64Array,
  head: Float64Array,
  { share, alpha, seed }: RatioOptions & { readonly share: number; /** 0 to 2^53 */ readonly seed: number },
): RatioChange {
  const blocks = blocksFor(base, head);
  const blocked = countBlocks(base, head, blocks);
  const value = Math.log(quantile(head.toSorted(), share) / quantile(base.toSorted(), share));
  const error = bootstrapError(blocked, { share, seed });
  const half = tQuantile(1 - alpha, blocks - 1) * error;
  return {
    value: Math.expm1(value),
    lo: Math.expm1(value - half),
    hi: Math.expm1(value + half),
    // A rise that only one of the two sees is none: p and bounds then never contradict each other.
    p: Math.max(swapped(blocked, { share, seed }), oneSided(value, error, blocks - 1)),
    detectable: detectableRise(error, blocks - 1),
    n: base.length,
    test: `block-randomisation (${blocks} blocks, ${TRIALS}, seed ${seed})`,
  };
}

interface Blocked {
  readonly blocks: number;
  /** Ascending. */
  readonly steps: Float64Array;
  /** Step × block: how many of a block's values are at most the step. */
  readonly base: Float64Array;
  readonly head: Float64Array;
  /** Values a block has on either side. */
  readonly sizes: Float64Array;
}

function countBlocks(base: Float64Array, head: Float64Array, blocks: number): Blocked {
  const n = base.length;
  const steps = stepsOf(base, head);
  const blockOf = (i: number): number => Math.floor((i * blocks) / n);
  const sizes = new Float64Array(blocks);
  for (let i = 0; i < n; i++) sizes[blockOf(i)] = (sizes[blockOf(i)] as number) + 1;
  const cumulated = (values: Float64Array): Float64Array => {
    const counts = new Float64Array(steps.length * blocks);
    for (let i = 0; i < n; i++) {
      const at = firstStep(steps, values[i] as number) * blocks + blockOf(i);
      counts[at] = (counts[at] as number) + 1;
    }
    for (let at = blocks; at < counts.length; at++)
      counts[at] = (counts[at] as number) + (counts[at - blocks] as number);
    return counts;
  };
  return { blocks, steps, base: cumulated(base), head: cumulated(head), sizes };
}

function stepsOf(base: Float64Array, head: Float64Array): Float64Array {
  const all = new Float64Array(base.length + head.length);
  all.set(base);
  all.set(head, base.length);
  all.sort();
  const every = Math.ceil(all.length / MOST_STEPS);
  // Counted from the end: the largest value has to be among them.
  return all.filter((x, i) => (all.length - 1 - i) % every === 0 && x !== all[i + every]);
}

/** Position of the first step that is at least the value. */
function firstStep(steps: Float64Array, value: number): number {
  let [from, to] = [0, steps.length - 1];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((steps[middle] as number) < value) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** Times that each block of either side counts. */
interface Weights {
  readonly base: Float64Array;
  readonly head: Float64Array;
}

/** The smallest step at which so large a share of the weighted values is reached. */
function weightedQuantile({ blocks, steps, base, head, sizes }: Blocked, weights: Weights, share: number): number {
  let all = 0;
  for (let b = 0; b < blocks; b++) {
    all += (sizes[b] as number) * ((weights.base[b] as number) + (weights.head[b] as number));
  }
  const needed = Math.ceil(share * all - 1e-9);
  let [from, to] = [0, steps.length - 1];
  while (from < to) {
    const middle = (from + to) >>> 1;
    let reached = 0;
    for (let b = 0, at = middle * blocks; b < blocks; b++, at++) {
      reached +=
        (base[at] as number) * (weights.base[b] as number) + (head[at] as number) * (weights.head[b] as number);
    }
    if (reached < needed) from = middle + 1;
    else to = middle;
  }
  return steps[from] as number;
}

interface Resampling {
  readonly share: number;
  readonly seed: number;
}

function bootstrapError(blocked: Blocked, { share, seed }: Resampling): number {
  const { blocks } = blocked;
  const generator = pcg64(seed);
  const none = new Float64Array(blocks);
  const times = new Float64Array(blocks);
  let [sum, squares] = [0, 0];
  for (let r = 0; r < RESAMPLES; r++) {
    times.fill(0);
    for (const block of generator.below(blocks, blocks)) times[block] = (times[block] as number) + 1;
    const before = weightedQuantile(blocked, { base: times, head: none }, share);
    const after = weightedQuantile(blocked, { base: none, head: times }, share);
    const value = Math.log(after / before);
    sum += value;
    squares += value * value;
  }
  const variance = Math.max(0, squares / RESAMPLES - (sum / RESAMPLES) ** 2);
  // The bootstrap's variance of a mean is that of the population: (blocks − 1)/blocks of the unbiased one.
  return Math.sqrt((variance * blocks) / (blocks - 1));
}

function swapped(blocked: Blocked, { share, seed }: Resampling): number {
  const { blocks } = blocked;
  const generator = pcg64(seed);
  const kept = new Float64Array(blocks).fill(1);
  const given = new Float64Array(blocks);
  const observe = (): number =>
    Math.log(
      weightedQuantile(blocked, { base: given, head: kept }, share) /
        weightedQuantile(blocked, { base: kept, head: given }, share),
    );
  // Sums that are equal but for rounding count as equal.
  const limit = observe() - 1e-12;
  let beyond = 1;
  for (let t = 0; t < TRIALS; t++) {
    const choices = generator.below(2, blocks);
    for (let b = 0; b < blocks; b++) {
      given[b] = choices[b] as number;
      kept[b] = 1 - (choices[b] as number);
    }
    if (observe() >= limit) beyond++;
  }
  return beyond / (TRIALS + 1);
}
