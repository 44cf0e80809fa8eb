/** Energy over a span of time and how much of it was really measured. */
export interface Energy {
  readonly joules: number;
  /** Seconds that the joules stand for. */
  readonly seconds: number;
  /** Seconds within the span without samples: nothing is made up for them. */
  readonly gapSeconds: number;
  readonly gaps: number;
}

/** A measured power, times ascending. */
export interface PowerSample {
  /** Seconds. */
  readonly t: number;
  /** Watt. */
  readonly power: number;
}

interface Span {
  readonly from: number;
  readonly to: number;
  /** Samples further apart than this, in seconds, have a gap between them. */
  readonly longestStep: number;
}

/**
 * Energy in joules by the trapezoid rule over the part of `from`…`to` that samples cover. The first and last sample
 * are held up to half the longest step beyond, so that a span does not lose its edges to the sampling interval.
 */
export function integratePower(samples: readonly PowerSample[], { from, to, longestStep }: Span): Energy {
  let joules = 0;
  let seconds = 0;
  const add = (a: PowerSample, b: PowerSample): void => {
    const left = Math.max(a.t, from);
    const right = Math.min(b.t, to);
    if (right <= left) return;
    const slope = b.t > a.t ? (b.power - a.power) / (b.t - a.t) : 0;
    const atLeft = a.power + slope * (left - a.t);
    const atRight = a.power + slope * (right - a.t);
    joules += ((atLeft + atRight) / 2) * (right - left);
    seconds += right - left;
  };
  const hold = longestStep / 2;
  let gaps = 0;
  let covered = from;
  const cover = (a: number, b: number): void => {
    if (b <= from || a >= to) return;
    if (a > covered + 1e-9) gaps++;
    covered = Math.max(covered, b);
  };
  for (const [index, sample] of samples.entries()) {
    const next = samples[index + 1];
    const isFirst = index === 0;
    const before = isFirst || sample.t - (samples[index - 1] as PowerSample).t > longestStep;
    const after = next === undefined || next.t - sample.t > longestStep;
    const held = { left: before ? sample.t - hold : sample.t, right: after ? sample.t + hold : sample.t };
    add({ t: held.left, power: sample.power }, sample);
    add(sample, { t: held.right, power: sample.power });
    if (!after) add(sample, next);
    cover(held.left, after ? held.right : next.t);
  }
  if (to > covered + 1e-9) gaps++;
  const gapSeconds = Math.max(0, to - from - seconds);
  return { joules, seconds, gapSeconds: gapSeconds < 1e-6 ? 0 : gapSeconds, gaps: gapSeconds < 1e-6 ? 0 : gaps };
}
