/**
 * Scores of the same samples under several prompts, each asked several times: one number for every prompt, sample and
 * repeat, the repeat changing fastest, then the sample.
 */
export interface CrossedScores {
  readonly prompts: number;
  readonly samples: number;
  readonly repeats: number;
  readonly values: Float64Array;
}

/** Variances, in the square of the scores' unit; null where the data cannot tell. None is below 0. */
export interface VarianceComponents {
  /** Between prompts, averaged over samples: what a luckier wording is worth. */
  readonly prompt: number | null;
  /** Between samples: how much harder some are than others. */
  readonly sample: number;
  /** Which samples are hard depends on the prompt. */
  readonly promptSample: number | null;
  /** Between repeats of the same question: sampling, or versions of a perturbation. */
  readonly seed: number | null;
  /** `promptSample` and `seed` together, where each question was asked once and they cannot be told apart. */
  readonly rest: number | null;
}

/**
 * Variance components of the random-effects model y = μ + prompt + sample + prompt × sample + seed by the analysis of
 * variance: mean squares are set equal to their expectations, and what comes out below 0 is 0 (Searle, Casella and
 * McCulloch, Variance Components, 1992, section 4.3: for balanced data the same as REML unless one is 0).
 *
 * Null where nothing can be split: fewer than two samples, or one prompt asked once.
 */
export function varianceComponents({ prompts, samples, repeats, values }: CrossedScores): VarianceComponents | null {
  if (values.length !== prompts * samples * repeats) throw new RangeError("scores do not fill the design");
  if (samples < 2 || (prompts < 2 && repeats < 2)) return null;
  const { ofPrompts, ofSamples, ofCells, within } = meanSquares({ prompts, samples, repeats, values });
  const above = (larger: number, smaller: number, divisor: number): number => Math.max(0, (larger - smaller) / divisor);
  if (prompts < 2) {
    const sample = above(ofSamples, within, repeats);
    return { prompt: null, sample, promptSample: null, seed: within, rest: null };
  }
  const isRepeated = repeats > 1;
  return {
    prompt: above(ofPrompts, ofCells, samples * repeats),
    sample: above(ofSamples, ofCells, prompts * repeats),
    promptSample: isRepeated ? above(ofCells, within, repeats) : null,
    seed: isRepeated ? within : null,
    rest: isRepeated ? null : ofCells,
  };
}

/** Mean squares of the two-way layout; those of one level or one repeat are 0. */
function meanSquares({ prompts, samples, repeats, values }: CrossedScores): {
  readonly ofPrompts: number;
  readonly ofSamples: number;
  /** Of the interaction. */
  readonly ofCells: number;
  readonly within: number;
} {
  const promptMeans = new Float64Array(prompts);
  const sampleMeans = new Float64Array(samples);
  const cellMeans = new Float64Array(prompts * samples);
  let within = 0;
  for (let cell = 0; cell < cellMeans.length; cell++) {
    const scores = values.subarray(cell * repeats, (cell + 1) * repeats);
    const mean = scores.reduce((sum, score) => sum + score, 0) / repeats;
    cellMeans[cell] = mean;
    for (const score of scores) within += (score - mean) ** 2;
    const [prompt, sample] = [Math.floor(cell / samples), cell % samples];
    promptMeans[prompt] = (promptMeans[prompt] ?? 0) + mean / samples;
    sampleMeans[sample] = (sampleMeans[sample] ?? 0) + mean / prompts;
  }
  const grand = promptMeans.reduce((sum, mean) => sum + mean, 0) / prompts;
  const squares = (means: Float64Array): number => means.reduce((sum, mean) => sum + (mean - grand) ** 2, 0);
  const interaction = cellMeans.reduce((sum, mean, cell) => {
    const expected = (promptMeans[Math.floor(cell / samples)] ?? 0) + (sampleMeans[cell % samples] ?? 0) - grand;
    return sum + (mean - expected) ** 2;
  }, 0);
  const over = (sum: number, degrees: number): number => (degrees > 0 ? sum / degrees : 0);
  return {
    ofPrompts: over(samples * repeats * squares(promptMeans), prompts - 1),
    ofSamples: over(prompts * repeats * squares(sampleMeans), samples - 1),
    ofCells: over(repeats * interaction, (prompts - 1) * (samples - 1)),
    within: over(within, prompts * samples * (repeats - 1)),
  };
}
