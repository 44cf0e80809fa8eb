import type { Comparison } from "../../../src/compare/comparison.ts";
import type { Html } from "../markup.ts";

/** A part of the page: one file of this folder and one line in its index. */
export interface Section {
  /** Anchor and key; unique. */
  readonly id: string;
  /** Heading. */
  readonly title: string;
  /** Entry in the page's navigation, where the heading is too long for it. */
  readonly nav?: string;
  /** The part below the heading; null where a comparison gives it nothing to show. */
  render(comparison: Comparison): Html | null;
  /** What of a comparison it does not show, and why, in a sentence; null for nothing. */
  leftOut?(comparison: Comparison): string | null;
}
