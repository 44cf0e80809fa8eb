import { pythonFixed } from "./python-fixed.ts";

/** How orders without a match count: Chen and Cherry (2014), methods 0 (none), 1 (floor), 2 (add-k) and 3 (exp). */
export type SmoothMethod = "exp" | "floor" | "add-k" | "none";

/** The value a method smooths with unless told otherwise; null for methods that take none. */
export const SMOOTH_DEFAULTS: Readonly<Record<SmoothMethod, number | null>> = {
  exp: null,
  floor: 0.1,
  "add-k": 1,
  none: null,
};

export interface BleuScore {
  /** 0 to 100. */
  readonly score: number;
  /** Matched n-grams for n from 1, add-k's k included. */
  readonly counts: readonly number[];
  /** n-grams of the hypotheses for n from 1, add-k's k included. */
  readonly totals: readonly number[];
  /** Percentages for n from 1, smoothed. */
  readonly precisions: readonly number[];
  /** Brevity penalty, 0 to 1. */
  readonly bp: number;
  /** Tokens of the hypotheses. */
  readonly sysLen: number;
  /** Tokens of each segment's reference closest in length. */
  readonly refLen: number;
}

export interface BleuScoreSettings {
  readonly smoothMethod: SmoothMethod;
  readonly smoothValue: number | null;
  /** Leave out orders that no hypothesis is long enough for. */
  readonly effectiveOrder: boolean;
  readonly maxNgramOrder: number;
}

/** What the reference takes for the logarithm of 0. */
const LOG_OF_ZERO = -9999999999;

function smoothedPrecision(
  count: number,
  total: number,
  settings: { method: SmoothMethod; k: number; halvings: number },
): number {
  if (count > 0) return (100 * count) / total;
  if (settings.method === "exp") return 100 / (2 ** settings.halvings * total);
  return settings.method === "floor" ? (100 * settings.k) / total : 0;
}

function brevityPenalty(sysLen: number, refLen: number): number {
  if (sysLen >= refLen) return 1;
  return sysLen > 0 ? Math.exp(1 - refLen / sysLen) : 0;
}

/**
 * BLEU (Papineni et al. 2002) from sums of statistics: tokens of the hypotheses, tokens of the references, matched
 * n-grams and n-grams for n from 1. Equal to sacrebleu 2.6.0.
 */
export function bleuScore(sums: ArrayLike<number>, settings: BleuScoreSettings): BleuScore {
  const { smoothMethod: method, effectiveOrder, maxNgramOrder } = settings;
  const all = Array.from(sums);
  const [sysLen, refLen] = [all[0] as number, all[1] as number];
  const counts = all.slice(2, 2 + maxNgramOrder);
  const totals = all.slice(2 + maxNgramOrder, 2 + 2 * maxNgramOrder);
  const precisions = counts.map(() => 0);
  const bp = brevityPenalty(sysLen, refLen);
  const result = { counts, totals, precisions, bp, sysLen, refLen };
  if (counts.every((count) => count === 0)) return { score: 0, ...result };

  const k = settings.smoothValue ?? SMOOTH_DEFAULTS[method] ?? 0;
  let halvings = 0;
  let order = maxNgramOrder;
  for (let n = 1; n <= maxNgramOrder; n++) {
    if (method === "add-k" && n > 1) {
      (counts[n - 1] as number) += k;
      (totals[n - 1] as number) += k;
    }
    const [count, total] = [counts[n - 1] as number, totals[n - 1] as number];
    if (total === 0) break;
    if (effectiveOrder) order = n;
    if (count === 0) halvings++;
    precisions[n - 1] = smoothedPrecision(count, total, { method, k, halvings });
  }
  let logarithms = 0;
  for (let n = 0; n < order; n++) logarithms += precisions[n] === 0 ? LOG_OF_ZERO : Math.log(precisions[n] as number);
  return { score: bp * Math.exp(logarithms / order), ...result };
}

/** The line that sacrebleu prints. */
export function formatBleu({ score, precisions, bp, sysLen, refLen }: BleuScore): string {
  const ratio = refLen === 0 ? 0 : sysLen / refLen;
  return (
    `BLEU = ${pythonFixed(score, 2)} ${precisions.map((precision) => pythonFixed(precision, 1)).join("/")} ` +
    `(BP = ${pythonFixed(bp, 3)} ratio = ${pythonFixed(ratio, 3)} hyp_len = ${sysLen} ref_len = ${refLen})`
  );
}
