import type { Estimate } from "../core/estimate.ts";
import type { Sufficient } from "../core/sufficient.ts";
import { intervalName, percent } from "./method-name.ts";
import { wilson } from "./proportion.ts";
import { columnSums } from "./resample.ts";
import { newcombe, twoProportionTest } from "./two-proportions.ts";

type Total = NonNullable<Sufficient["total"]>;

/**
 * A mean that is all that is left of its samples. No spread of values within a range is wider than that of its two ends,
 * so that Wilson's interval for the share of the range holds whatever the samples were; without their number or a range
 * there is none.
 */
export function totalEstimate(s: Sufficient, { of }: Total, level: number): Estimate {
  const value = valueOf(s);
  if (of === null) return { value, n: s.n, lo: value, hi: value, method: "none (a total without its error)" };
  const { floor, span, share, n } = shareOf(s, of);
  const [lo, hi] = wilson(share, n, { level, scale: span });
  return { value, n, lo: floor + lo, hi: floor + hi, method: intervalName("wilson", level, "of a total") };
}

/** The difference b − a of two such means. */
interface TotalDifference {
  readonly lo: number;
  readonly hi: number;
  /** Samples behind the smaller of both. */
  readonly n: number;
  /** Two-sided. */
  readonly p: number;
  readonly test: string;
}

/**
 * Whether two such means differ. Nothing can be paired, so they count as of two independent sets of samples: where they
 * are of the same ones, the test finds less than a paired one would, and no more. Without an error p is 1.
 */
export function totalDifference(a: Sufficient, b: Sufficient, level: number): TotalDifference {
  const [of, other] = [a.total?.of ?? null, b.total?.of ?? null];
  const value = valueOf(b) - valueOf(a);
  if (of === null || other === null) {
    return { lo: value, hi: value, n: Math.min(a.n, b.n), p: 1, test: "none (totals without their error)" };
  }
  const [before, after] = [shareOf(a, of), shareOf(b, other)];
  const shares = { k1: after.share * after.n, n1: after.n, k2: before.share * before.n, n2: before.n };
  const [lo, hi] = newcombe(shares, level);
  return {
    lo: lo * before.span,
    hi: hi * before.span,
    n: Math.min(after.n, before.n),
    p: value === 0 ? 1 : twoProportionTest(shares).p,
    test: `two-proportion-z (totals, unpaired); newcombe-${percent(level)}`,
  };
}

function valueOf(s: Sufficient): number {
  return s.value(columnSums(s), s.n);
}

/** Where a value lies within its range, 0..1, and over how many samples. */
function shareOf(
  s: Sufficient,
  of: number,
): { readonly floor: number; readonly span: number; readonly share: number; readonly n: number } {
  const [floor, ceiling] = s.total?.range ?? [0, s.scale];
  const span = ceiling - floor;
  return { floor, span, share: (valueOf(s) - floor) / span, n: of * s.n };
}
