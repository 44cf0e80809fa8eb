// What the rule takes for granted: round sizes and usual levels of significance. Making any one a fifth smaller or a
// quarter larger changes the number of right verdicts on the 110 recorded curves (test/fixtures/training) by at most one.

/** Relative change of a loss that matters to somebody. The verdicts' labels leave 2 % to 5 % open; this lies between. */
export const MEANINGFUL = 0.03;
/** Relative change that counts as damage even while the training loss stands still. */
export const LARGE = 0.1;
/** A rise below {@link MEANINGFUL} but above this counts if its trend is beyond doubt. */
export const SMALL = 0.015;
/** Relative fall over the last fifth of the steps by which a run is called unfinished; between 1 % and 3 %. */
export const STILL_FALLING = 0.0175;
/** Losses within this many noise standard deviations of the lowest make up the valley. */
export const VALLEY = 2;
/** Two losses within this many noise standard deviations cannot be told apart: two of their difference. */
export const EQUIVALENT = 2 * Math.SQRT2;
/** A level above another by this many standard errors is above it: one-sided p ≈ 0.02. */
export const ABOVE = 2;
/** Beyond doubt (D. J. Benjamin et al., "Redefine statistical significance", Nature Human Behaviour 2, 2018). */
export const P_SURE = 0.005;
/** Usual significance of a trend that only supports another finding. */
export const P_TREND = 0.05;
/** A level is the median of so many values. */
export const LEVEL_OF = 3;
/** Fewer evaluations tell nothing. */
export const FEWEST_EVALUATIONS = 4;
/** So many evaluations after the lowest make a rise; fewer may be a fluctuation. */
export const FEWEST_AFTER_BEST = 3;
/** Below so many evaluations the first descent bends most of the curve, and noise is what no parabola explains. */
export const SHORT_CURVE = 8;
