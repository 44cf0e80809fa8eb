import { padLine, span } from "../../../reports/console/span.ts";
import type { Flag } from "../../../reports/filter-query.ts";
import { frame, insideFrame } from "../view/frame.ts";
import { beside, fitBlock, fitLine, type Size, type TuiLine } from "../view/line.ts";

const KEYS: readonly Term[] = [
  ["1–6 Tab", "another screen"],
  ["j k ↓ ↑", "down, up"],
  ["g G", "first, last"],
  ["Ctrl-d -u", "half a page"],
  ["h l ← →", "another checkpoint"],
  ["Enter", "open, zoom"],
  ["Esc", "back"],
  ["/", "filter samples"],
  ["f b", "samples fixed, broken"],
  ["m M", "another metric"],
  ["B", "make it the base"],
  ["s", "slices; sorting"],
  ["d", "diff with base, reference"],
  ["J K", "scroll the text"],
  ["r", "compare anew"],
  ["A", "queue a sample for people"],
  ["y", "copy a link to the report"],
  ["q", "leave; a run goes on"],
  ["Ctrl-C", "stop; twice: at once"],
];

const WORDS: readonly Term[] = [
  ["word", 'id or prompt; "a b"'],
  ["-word", "not"],
  ["score<50", "also delta, > = >="],
  ["slice:a=b", "of that slice"],
  ["id:x", "that sample"],
  ["ckpt:x", "also base: metric:"],
];

/** Shorter than the filter's own explanations, which need more room than a small terminal has. */
const FLAG_WORDS: Readonly<Record<Exclude<Flag, "text">, string>> = {
  broken: "lower than the base",
  fixed: "higher than the base",
  same: "scored the same",
  differs: "another text",
  flip: "up and down",
  gained: "ended higher",
  lost: "ended lower",
  steady: "never moved",
  failed: "ended in an error",
  missing: "not run",
  truncated: "met the token limit",
  empty: "no text",
};

type Term = readonly [term: string, meaning: string];

const KEY_WIDTH = 11;
const FILTER_WIDTH = 11;
const PANEL = 60;

/** Every key, and the words of the filter. */
export function drawHelp(size: Size): TuiLine[] {
  const leftWidth = Math.min(PANEL, Math.floor(size.width * 0.52));
  const left = { width: leftWidth, height: size.height };
  const right = { width: Math.min(PANEL, size.width - leftWidth), height: size.height };
  const panels = beside(
    frame(terms(KEYS, KEY_WIDTH, insideFrame(left).width), { ...left, title: [span("Keys", "bold")], focused: true }),
    frame(terms([...WORDS, ...Object.entries(FLAG_WORDS)], FILTER_WIDTH, insideFrame(right).width), {
      ...right,
      title: [span("Filter words", "bold"), span(" all must hold", "dim")],
    }),
  );
  return fitBlock(panels, size);
}

function terms(entries: readonly Term[], termWidth: number, width: number): TuiLine[] {
  return entries.map(([term, meaning]) =>
    fitLine([...padLine([span(term, "accent")], termWidth), span(meaning)], width),
  );
}
