interface Interval {
  readonly value: number;
  readonly lo: number;
  readonly hi: number;
}

/**
 * The difference a − b of two independent estimates, its interval recovered from theirs (MOVER: Zou & Donner 2008,
 * Statistics in Medicine 27; for two Wilson intervals it is Newcombe's 1998). It keeps the intervals' own level and is as
 * lopsided as they are.
 */
export function independentDifference(a: Interval, b: Interval): Interval {
  const value = a.value - b.value;
  return {
    value,
    lo: value - Math.hypot(a.value - a.lo, b.hi - b.value),
    hi: value + Math.hypot(a.hi - a.value, b.value - b.lo),
  };
}
