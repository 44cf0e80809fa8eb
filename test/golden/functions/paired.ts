import { bleu } from "../../../judges/overlap/bleu.ts";
import { chrf } from "../../../judges/overlap/chrf.ts";
import { visitSegments } from "../../../judges/overlap/corpus.ts";
import type { ReferenceLists, SegmentStatistics } from "../../../judges/overlap/corpus.ts";
import type { ReferenceCount } from "../../../judges/overlap/signature.ts";
import { ter } from "../../../judges/overlap/ter.ts";
import type { Sufficient } from "../../../src/core/sufficient.ts";
import { bootstrap, pairedBootstrap } from "../../../src/stats/bootstrap.ts";
import { sacrebleuInterval } from "../../../src/stats/bootstrap-interval.ts";
import { exceedance, sacrebleuBootstrapP } from "../../../src/stats/exceedance.ts";
import { CHUNK, pcg64 } from "../../../src/stats/pcg64.ts";
import { shuffledDifferences } from "../../../src/stats/randomisation.ts";
import { columnSums, forEachResample } from "../../../src/stats/resample.ts";
import type { GoldenFunction } from "../golden-file.ts";

interface OverlapMetric extends SegmentStatistics {
  value(sums: Float64Array): number;
  signature(references: ReferenceCount): string;
}

const metrics: Readonly<Record<string, () => OverlapMetric>> = {
  bleu: () => {
    const metric = bleu();
    return {
      ...metric,
      value: (sums) => metric.score(sums).score,
      signature: (references) => metric.signatures(references).signature,
    };
  },
  chrf: () => characters({}),
  "chrf++": () => characters({ wordOrder: 2 }),
  ter: () => {
    const metric = ter();
    return {
      ...metric,
      value: (sums) => metric.score(sums),
      signature: (references) => metric.signatures(references).signature,
    };
  },
};

function characters(options: Parameters<typeof chrf>[0]): OverlapMetric {
  const metric = chrf(options);
  return {
    ...metric,
    value: (sums) => metric.score(sums),
    signature: (references) => metric.signatures(references).signature,
  };
}

/** The statistics of every segment, and the metric's signature. */
function measured(name: string, hypotheses: readonly string[], lists: ReferenceLists): [Sufficient, string] {
  const metric = (metrics[name] ?? raise(`no metric ${name}`))();
  const { width } = metric;
  const rows = new Float64Array(hypotheses.length * width);
  let at = 0;
  const references = visitSegments(hypotheses, lists, (hypothesis, segmentReferences) => {
    metric.statistics(hypothesis, segmentReferences, rows.subarray(at, at + width));
    at += width;
  });
  const value = (sums: Float64Array): number => metric.value(sums);
  const flags = { proportion: false, mean: false, scale: 1 };
  return [{ n: hypotheses.length, width, rows, value, ...flags }, metric.signature(references)];
}

function raise(message: string): never {
  throw new Error(message);
}

/** The signature of a resampled score: what was drawn comes after the number of references. */
function resampled(signature: string, ...drawn: readonly string[]): string {
  const [references, ...rest] = signature.split("|");
  return [references, ...drawn, ...rest].join("|");
}

const valueOf = (s: Sufficient): number => s.value(columnSums(s), s.n);

interface PairedInput {
  readonly systems: Readonly<Record<string, readonly string[]>>;
  readonly refs: ReferenceLists;
}

interface PairedParams {
  readonly metrics: readonly string[];
  readonly n_samples: number;
  readonly n_ar_confidence: number | null;
  readonly seed: number;
}

/** Compares every system with the first one, metric by metric. */
function compared(
  input: PairedInput,
  { metrics: names, seed }: PairedParams,
  how: {
    readonly drawn: readonly string[];
    readonly first: (s: Sufficient) => unknown;
    readonly other: (s: Sufficient, base: Sufficient) => unknown;
  },
): unknown {
  const systems = Object.entries(input.systems);
  const found: Record<string, unknown> = {};
  const signatures: Record<string, string> = {};
  for (const name of names) {
    const all = systems.map(([, hypotheses]) => measured(name, hypotheses, input.refs));
    const [base, signature] = all[0] ?? raise("no systems");
    found[name] = all.map(([s], i) => (i === 0 ? how.first(s) : how.other(s, base)));
    signatures[name] = resampled(signature, ...how.drawn, `seed:${seed}`);
  }
  return { systems: systems.map(([name]) => name), ...found, signatures };
}

/** Resampling of BLEU, chrF and TER as sacrebleu has it. */
export const pairedFunctions: Record<string, GoldenFunction> = {
  "boot.ci": (input, params) => {
    const { hyps, refs } = input as { hyps: string[]; refs: ReferenceLists };
    const { metric, n_bootstrap: resamples, seed } = params as { metric: string; n_bootstrap: number; seed: number };
    const [s, signature] = measured(metric, hyps, refs);
    const { mean, ci } = sacrebleuInterval(bootstrap(s, { resamples, seed }).values);
    return { score: valueOf(s), mean, ci, signature: resampled(signature, `bs:${resamples}`, `seed:${seed}`) };
  },
  "paired.bs": (input, rawParams) => {
    const params = rawParams as unknown as PairedParams;
    const { n_samples: resamples, seed } = params;
    return compared(input as PairedInput, params, {
      drawn: [`bs:${resamples}`],
      first: (s) => ({
        score: valueOf(s),
        p_value: null,
        ...sacrebleuInterval(bootstrap(s, { resamples, seed }).values),
      }),
      other: (s, base) => {
        const { a, b } = pairedBootstrap(base, s, { resamples, seed });
        const p_value = sacrebleuBootstrapP(a, b, valueOf(s) - valueOf(base));
        return { score: valueOf(s), p_value, ...sacrebleuInterval(b) };
      },
    });
  },
  "paired.ar": (input, rawParams) => {
    const params = rawParams as unknown as PairedParams;
    const { n_samples: trials, n_ar_confidence, seed } = params;
    const resamples = n_ar_confidence ?? 0;
    return compared(input as PairedInput, params, {
      drawn: [`bs:${resamples}`, `ar:${trials}`],
      first: (s) => ({
        score: valueOf(s),
        p_value: null,
        ...sacrebleuInterval(bootstrap(s, { resamples, seed }).values),
      }),
      other: (s, base) => {
        const { differences } = shuffledDifferences(base, s, { trials, seed });
        const p_value = exceedance(differences, Math.abs(valueOf(s) - valueOf(base)));
        return {
          score: valueOf(s),
          p_value,
          ...sacrebleuInterval(resamplesAfterTrials(s, { trials, resamples, seed })),
        };
      },
    });
  },
};

/** sacrebleu draws the resamples of a randomisation test from the generator that made the trials. */
function resamplesAfterTrials(
  s: Sufficient,
  { trials, resamples, seed }: { readonly trials: number; readonly resamples: number; readonly seed: number },
): Float64Array {
  const generator = pcg64(seed);
  for (let left = Math.ceil((trials * s.n) / 32); left > 0; left -= CHUNK) generator.words32(Math.min(CHUNK, left));
  const values: number[] = [];
  forEachResample(s, { resamples, generator }, (sums) => values.push(s.value(sums, s.n)));
  return Float64Array.from(values);
}
