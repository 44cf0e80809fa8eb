/** Uniform numbers in [0, 1), 32 bits each, that depend on the seed alone. */
export type Draw = () => number;

/**
 * A stream of uniform numbers: the `sfc32` generator of Chris Doty-Humphrey (PractRand), seeded with a counter and
 * warmed up. Each request has a stream of its own, so that its draws do not depend on its neighbours in a batch.
 */
export function createDraw(seed: number): Draw {
  let a = 0x9e3779b9;
  let b = 0x243f6a88;
  let c = seed | 0;
  let counter = 1;
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return (sum >>> 0) / 4294967296;
  };
  for (let i = 0; i < 12; i++) next();
  return next;
}

/** Index of the largest logit, the first among equals; -1 where all are NaN. */
export function argmax(logits: Float32Array): number {
  let best = -1;
  let bestValue = -Infinity;
  for (let i = 0; i < logits.length; i++) {
    const value = logits[i] as number;
    if (value > bestValue) {
      bestValue = value;
      best = i;
    }
  }
  return best;
}

/** ln of the sum of exponentials, the normaliser of log-probabilities. NaN if a logit is. */
export function logSumExp(logits: Float32Array): number {
  let largest = -Infinity;
  for (let i = 0; i < logits.length; i++) if ((logits[i] as number) > largest) largest = logits[i] as number;
  let sum = 0;
  for (let i = 0; i < logits.length; i++) sum += Math.exp((logits[i] as number) - largest);
  return largest + Math.log(sum);
}

/** The `count` largest logits' indexes, larger first, earlier first among equals. */
function largest(logits: Float32Array, candidates: Int32Array, count: number): Int32Array {
  const order = candidates.sort((i, j) => (logits[j] as number) - (logits[i] as number) || i - j);
  return order.subarray(0, Math.min(count, order.length));
}

function indexesAbove(logits: Float32Array, threshold: number): Int32Array {
  let n = 0;
  for (let i = 0; i < logits.length; i++) if ((logits[i] as number) >= threshold) n++;
  const kept = new Int32Array(n);
  n = 0;
  for (let i = 0; i < logits.length; i++) if ((logits[i] as number) >= threshold) kept[n++] = i;
  return kept;
}

/** Tokens that top-k and top-p leave, or null for all; sorted by falling probability where they were cut. */
function candidates(logits: Float32Array, settings: SamplingSettings, top: number): Int32Array | null {
  const { temperature, topK, topP } = settings;
  const cutsByRank = topK > 0 && topK < logits.length;
  if (!cutsByRank && topP >= 1) return null;
  if (cutsByRank) return largest(logits, Int32Array.from(logits.keys()), topK);
  // Sorting a large vocabulary for every token would cost more than the model. Tokens with less than (1 - top_p) / V of
  // the largest probability's weight together weigh less than what the nucleus may leave out, so they are never in it.
  const threshold = top + temperature * Math.log((1 - topP) / logits.length);
  return largest(logits, indexesAbove(logits, threshold), logits.length);
}

export interface SamplingSettings {
  readonly temperature: number;
  readonly topP: number;
  readonly topK: number;
}

/**
 * Draws a token as transformers does: temperature, then the `topK` most likely (0 keeps all), then the smallest set of
 * most likely tokens whose probability reaches `topP`. Consumes one draw.
 *
 * @returns the token, or -1 where the logits are not numbers
 */
export function sampleToken(logits: Float32Array, settings: SamplingSettings, draw: Draw): number {
  const best = argmax(logits);
  if (best < 0) return -1;
  const top = logits[best] as number;
  const { temperature, topP } = settings;
  const order = candidates(logits, settings, top);
  const count = order === null ? logits.length : order.length;
  const weights = new Float64Array(count);
  let total = 0;
  for (let i = 0; i < count; i++) {
    const logit = logits[order === null ? i : (order[i] as number)] as number;
    const weight = Math.exp((logit - top) / temperature);
    weights[i] = weight;
    total += weight;
  }
  let kept = count;
  if (topP < 1) {
    let sum = 0;
    const enough = topP * total;
    for (kept = 0; kept < count && (kept === 0 || sum < enough); kept++) sum += weights[kept] as number;
    total = sum;
  }
  let left = draw() * total;
  let index = 0;
  for (; index < kept - 1; index++) {
    left -= weights[index] as number;
    if (left < 0) break;
  }
  return order === null ? index : (order[index] as number);
}
