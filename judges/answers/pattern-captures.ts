import { compileProgram } from "./pattern-program.ts";
import { searcher, type Search, type Slots } from "./pattern-search.ts";
import { parsePattern, type PatternNode } from "./pattern-syntax.ts";

/** What Python's `findall` gives: one list a match, of its groups, or of the whole match where there are none. */
export type Captures = (text: string) => readonly (readonly string[])[];

/**
 * All matches with all groups. A search notes one group, so each group has a search of its own: which group is noted
 * does not change what matches.
 * @throws EvalhError E_JUDGE with the place of the mistake
 */
export function compileCaptures(source: string): Captures {
  const { root, groups } = parsePattern(source, false);
  const search = searcher(compileProgram(root));
  const ofGroup = Array.from({ length: groups }, (_, index) => searcher(compileProgram(capturing(root, index + 1))));
  return (text) => {
    const found: string[][] = [];
    const spent = { steps: 0 };
    for (let at = 0; at <= text.length;) {
      const match: Slots | undefined = search(text, at, spent);
      if (match === undefined) break;
      const [start, end] = match;
      const from = at;
      found.push(
        groups === 0 ? [text.slice(start, end)] : ofGroup.map((each) => groupText(each, text, { from, spent })),
      );
      at = end > start ? end : end + ((text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1);
    }
    return found;
  };
}

/** A group that took no part is "", as in Python. */
function groupText(
  search: Search,
  text: string,
  { from, spent }: { readonly from: number; readonly spent: { steps: number } },
): string {
  const [, , start, end] = search(text, from, spent) ?? [0, 0, -1, -1];
  return start < 0 || end < 0 ? "" : text.slice(start, end);
}

/** The pattern with one capturing group, under the number 1. */
function capturing(node: PatternNode, wanted: number): PatternNode {
  const inside = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(inside);
    if (typeof value !== "object" || value === null) return value;
    return "kind" in value ? capturing(value as PatternNode, wanted) : value;
  };
  if (node.kind === "group" && node.index !== wanted) return capturing(node.node, wanted);
  const members = Object.entries(node).map(([key, value]: [string, unknown]) => [key, inside(value)]);
  const copy = Object.fromEntries(members) as PatternNode;
  return copy.kind === "group" ? { ...copy, index: 1 } : copy;
}
