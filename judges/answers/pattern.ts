import { compileProgram } from "./pattern-program.ts";
import { searcher, type Slots } from "./pattern-search.ts";
import { parsePattern, type PatternNode } from "./pattern-syntax.ts";

/**
 * A compiled regular expression. Matching takes time proportional to the text: JavaScript's own engine can take
 * exponential time, and the texts are whatever a model wrote.
 */
export interface Pattern {
  /** True if the pattern matches somewhere. */
  test(text: string): boolean;
  /**
   * The first match: its first group if the pattern has groups, else the whole match. Undefined if there is no match, or
   * the group took no part in it.
   */
  find(text: string): string | undefined;
  /** The text without its matches. */
  remove(text: string): string;
}

export interface PatternOptions {
  readonly ignoreCase?: boolean;
  /** Match the whole text or nothing. */
  readonly whole?: boolean;
}

/** @throws EvalhError E_JUDGE with the place of the mistake */
export function compilePattern(source: string, options: PatternOptions = {}): Pattern {
  const parsed = parsePattern(source, options.ignoreCase === true);
  const search = searcher(compileProgram(options.whole === true ? anchored(parsed.root) : parsed.root));
  return {
    test: (text) => search(text, 0, { steps: 0 }) !== undefined,
    find(text) {
      const match = search(text, 0, { steps: 0 });
      if (match === undefined) return undefined;
      const [start, end, groupStart, groupEnd] = match;
      if (parsed.groups === 0) return text.slice(start, end);
      return groupStart < 0 || groupEnd < 0 ? undefined : text.slice(groupStart, groupEnd);
    },
    remove(text) {
      const kept: string[] = [];
      const spent = { steps: 0 };
      let from = 0;
      for (let at = 0; at <= text.length;) {
        const match: Slots | undefined = search(text, at, spent);
        if (match === undefined) break;
        kept.push(text.slice(from, match[0]));
        from = match[1];
        at = match[1] > match[0] ? match[1] : match[1] + ((text.codePointAt(match[1]) ?? 0) > 0xffff ? 2 : 1);
      }
      return kept.join("") + text.slice(from);
    },
  };
}

function anchored(node: PatternNode): PatternNode {
  return { kind: "sequence", parts: [{ kind: "assertion", at: "start" }, node, { kind: "assertion", at: "end" }] };
}
