import { Status } from "../data/format.ts";
import type { MetricScores, ReportData } from "./report-data.ts";
import { rangeOf } from "./trajectory.ts";

const BARS = "▁▂▃▄▅▆▇█";

export interface ScoreGlyph {
  readonly text: string;
  /** Class for the colour: "right", "wrong", "level" or "none". The glyph alone says as much. */
  readonly look: string;
}

/** One character for a sample's score: ✓ or ✗ where there is nothing between, otherwise a bar. */
export function scoreGlyph(
  data: ReportData,
  scores: MetricScores,
  place: { checkpoint: number; sample: number },
): ScoreGlyph {
  const status = data.status(place.checkpoint, place.sample);
  if (status === 0) return { text: "·", look: "none" };
  if ((status & Status.failed) !== 0) return { text: "!", look: "wrong" };
  const value = scores.value(place.checkpoint, place.sample);
  if (Number.isNaN(value)) return { text: "–", look: "none" };
  const [low, high] = rangeOf(scores);
  const share = high > low ? Math.min(1, Math.max(0, (value - low) / (high - low))) : 0;
  if (scores.isBinary) {
    const isRight = share > 0.5 === scores.metric.higherIsBetter;
    return isRight ? { text: "✓", look: "right" } : { text: "✗", look: "wrong" };
  }
  return { text: BARS[Math.min(BARS.length - 1, Math.floor(share * BARS.length))] ?? "", look: "level" };
}
