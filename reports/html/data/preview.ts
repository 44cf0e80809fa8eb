/** Prompts looked at before it is settled what they have in common. */
const LEARNED = 32;
/** Characters of a preview. */
const LENGTH = 72;

export interface PreviewList {
  add(prompt: string): void;
  /** One preview a prompt, in their order. */
  finish(): readonly string[];
}

/**
 * Short beginnings of one task's prompts, starting where they begin to differ: few-shot examples and instructions that
 * all have in common would make every line of a list look the same.
 */
export function previewList(): PreviewList {
  const previews: string[] = [];
  const early: string[] = [];
  let frame: Frame | null = null;
  const settle = (): Frame => {
    const settled = commonFrame(early);
    for (const [index, prompt] of early.entries()) previews[index] = preview(prompt, settled);
    early.length = 0;
    return settled;
  };
  return {
    add(prompt) {
      if (frame !== null) {
        previews.push(preview(prompt, frame));
        return;
      }
      early.push(prompt);
      if (early.length === LEARNED) frame = settle();
    },
    finish() {
      frame ??= settle();
      return previews;
    },
  };
}

/** What all prompts begin and end with. */
interface Frame {
  readonly head: string;
  readonly tail: string;
}

function commonFrame(prompts: readonly string[]): Frame {
  const [first = ""] = prompts;
  if (prompts.length < 2) return { head: "", tail: "" };
  let head = first.length;
  let tail = first.length;
  for (const prompt of prompts) {
    let same = 0;
    while (same < head && prompt.charCodeAt(same) === first.charCodeAt(same)) same++;
    head = same;
    same = 0;
    while (same < tail && prompt.charCodeAt(prompt.length - 1 - same) === first.charCodeAt(first.length - 1 - same))
      same++;
    tail = same;
  }
  // Words stay whole.
  const start = first.slice(0, head).search(/\S*$/u);
  const end = first.slice(first.length - tail).search(/\s|$/u);
  return { head: first.slice(0, start), tail: first.slice(first.length - tail + end) };
}

function preview(prompt: string, { head, tail }: Frame): string {
  const from = prompt.startsWith(head) ? head.length : 0;
  const to = prompt.length - from > tail.length && prompt.endsWith(tail) ? prompt.length - tail.length : prompt.length;
  const text = prompt
    .slice(from, Math.min(to, from + LENGTH * 2))
    .replaceAll(/\s+/gu, " ")
    .trim();
  const cut = text.length > LENGTH ? `${text.slice(0, LENGTH - 1)}…` : text;
  return copied(cut.replace(/[\ud800-\udbff]…$/u, "…"));
}

/** The same text in memory of its own: a slice would keep the whole prompt alive. */
function copied(text: string): string {
  return Buffer.from(text, "utf16le").toString("utf16le");
}
