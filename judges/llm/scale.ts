import { EvalhError } from "../../src/core/errors.ts";
import type { JsonObject, JsonValue } from "../../src/core/json.ts";

/** What a verdict can be, from worst to best. Ratings are positions in it, from 0. */
export interface Scale {
  /** What the model is to write: whole numbers, or names. */
  readonly values: readonly (number | string)[];
  /** The value of a rating as a score. */
  readonly score: (rating: number) => number;
  /** Smallest and largest score. */
  readonly range: readonly [number, number];
}

/** Outcomes of a comparison, for the answer under test. */
export const PAIRWISE: Scale = {
  values: ["loss", "tie", "win"],
  score: (rating) => rating / 2,
  range: [0, 1],
};

const DEFAULT = { min: 1, max: 5 };
/** A model cannot tell more apart. */
const MOST_VALUES = 101;

/**
 * The scale of a rubric: named levels count 1, 2, … from the worst.
 * @throws EvalhError E_JUDGE if the options contradict each other
 */
export function scaleOf(options: JsonObject): Scale {
  const { scale, levels } = options as { scale?: { min: number; max: number }; levels?: readonly string[] };
  if (scale !== undefined && levels !== undefined) {
    throw new EvalhError("E_JUDGE", "`scale` and `levels` exclude each other", {
      hint: "give numbers with `scale`, or names from worst to best with `levels`",
    });
  }
  if (levels !== undefined) return { values: levels, score: (rating) => rating + 1, range: [1, levels.length] };
  const { min, max } = scale ?? DEFAULT;
  if (max <= min || max - min >= MOST_VALUES) {
    throw new EvalhError("E_JUDGE", `a scale from ${min} to ${max} has too few or too many values`, {
      hint: "for example `scale: { min: 1, max: 5 }`",
    });
  }
  const values = Array.from({ length: max - min + 1 }, (_, index) => min + index);
  return { values, score: (rating) => min + rating, range: [min, max] };
}

/**
 * A person's verdict as a rating; null where there is none.
 * @throws EvalhError E_JUDGE if it is not on the scale
 */
export function humanRating(scale: Scale, label: JsonValue | undefined): number | null {
  if (label === undefined || label === null || label === "") return null;
  const written = typeof label === "string" ? label.trim() : JSON.stringify(label);
  const rating = scale.values.findIndex((value) => String(value) === written);
  if (rating >= 0) return rating;
  throw new EvalhError("E_JUDGE", `the person's label ${JSON.stringify(label)} is not on the scale`, {
    hint: `it has ${scale.values.join(", ")}`,
  });
}
