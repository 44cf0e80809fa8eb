import { bradleyTerry, type Strength } from "../../stats/bradley-terry.ts";
import { effectiveSize } from "../../stats/weighted-mean.ts";
import { checkpointsOf, meanCredits, type JudgedItem } from "./judged-item.ts";

/**
 * Checkpoint → strength by Bradley and Terry, over items that show several answers; null where they decide none. Items
 * count by their weights, together as many as their effective number, so that intervals are honest.
 */
export function strengthsOf(items: readonly JudgedItem[]): Readonly<Record<string, Strength>> | null {
  const names = [...new Set(items.flatMap(({ entry }) => checkpointsOf(entry)))].toSorted((a, b) => (a < b ? -1 : 1));
  const weights = items.map(({ entry }) => entry);
  const scale = effectiveSize(weights) / weights.reduce((sum, { weight }) => sum + weight, 0);
  const contests = items.map((item) => {
    const credits = [...meanCredits(item)];
    return {
      players: credits.map(([id]) => names.indexOf(id)),
      won: credits.map(([, credit]) => credit * item.entry.weight * scale),
    };
  });
  const strengths = bradleyTerry(names.length, contests);
  if (strengths === null) return null;
  return Object.fromEntries(strengths.map((strength, index) => [names[index] ?? "", strength]));
}
