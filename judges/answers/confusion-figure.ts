import type { FigureCollector } from "../../src/core/judge.ts";
import type { JsonObject } from "../../src/core/json.ts";
import { sortedLabels } from "./labels.ts";

/** More labels than this are free text: nobody reads such a matrix. */
const MOST_LABELS = 60;

/**
 * Counts pairs of true and answered label. `read` gives the pair, null for an answer that is none of the labels; null in
 * its place leaves the sample out.
 * @param choices the labels in their order; those that occur, without
 */
export function confusionCollector<S extends JsonObject>(
  choices: readonly string[] | undefined,
  read: (stats: S) => readonly [target: string, predicted: string | null] | null,
): FigureCollector<S> {
  const pairs = new Map<string, Map<string | null, number>>();
  return {
    add(stats) {
      const pair = read(stats);
      if (pair === null || pairs.size > MOST_LABELS) return;
      const [target, predicted] = pair;
      const row = pairs.get(target) ?? new Map<string | null, number>();
      pairs.set(target, row);
      row.set(predicted, (row.get(predicted) ?? 0) + 1);
    },
    finish() {
      const labels = choices ?? sortedLabels([...pairs].flatMap(([target, row]) => [target, ...row.keys()]));
      if (pairs.size === 0 || labels.length > MOST_LABELS) return null;
      const known = new Set<string | null>(labels);
      const counts = labels.map((target) => {
        const row = pairs.get(target) ?? new Map<string | null, number>();
        const others = [...row].reduce((sum, [predicted, count]) => sum + (known.has(predicted) ? 0 : count), 0);
        return [...labels.map((predicted) => row.get(predicted) ?? 0), others];
      });
      return { kind: "confusion", labels, counts };
    },
  };
}
