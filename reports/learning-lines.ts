import type { Comparison } from "../src/compare/comparison.ts";
import { checkpointLabels } from "./checkpoint-label.ts";
import { escapeText } from "./escape-text.ts";
import { formatCount, plural } from "./number-format.ts";

/** Forgotten samples that are named in a line; a document has more of them. */
const NAMED = 5;

/** What the answers tell about how the model learned, in words: diagnoses first, then trajectories and forgetting. */
export function learningLines(comparison: Comparison): readonly string[] {
  const { learning, resources } = comparison;
  const label = checkpointLabels(comparison.checkpoints);
  return [
    ...learning.diagnostics.map(({ text }) => escapeText(text)),
    ...learning.trajectories.map(({ metric, checkpoints, n, counts }) => {
      const parts = [
        `${formatCount(counts.always)} always right`,
        `${formatCount(counts.learned)} learned`,
        `${formatCount(counts.forgotten)} forgotten`,
        `${formatCount(counts.flip_flop)} flip-flop`,
        `${formatCount(counts.never)} never right`,
      ];
      return `${escapeText(metric)}, ${plural(n, "sample")} over ${plural(checkpoints.length, "checkpoint")}: ${parts.join(", ")}`;
    }),
    ...learning.forgetting
      .filter(({ lost }) => lost > 0)
      .map(({ task, base, checkpoint, kept, lost, gained, samples }) => {
        const had = plural(kept + lost, "answer");
        const named = samples.slice(0, NAMED).map((position) => learning.ids[task]?.[position] ?? String(position));
        const which = escapeText(named.join(", ")) + (lost > named.length ? ", …" : "");
        return `${escapeText(task)}: of ${had} right at ${label(base)}, ${formatCount(lost)} are wrong at ${label(checkpoint)} (${which}); ${formatCount(gained)} were gained`;
      }),
    ...(resources?.checkpoints ?? []).flatMap(({ checkpoint, joulesPerToken, joules, peakMemory }) => {
      if (joulesPerToken === null) return [];
      const memory = peakMemory === null ? "" : `, at most ${formatCount(peakMemory)} MiB on a GPU`;
      return [
        `${label(checkpoint)}: ${formatCount(Math.round(joules))} J, ${joulesPerToken.toPrecision(2)} J a token${memory}`,
      ];
    }),
  ];
}
