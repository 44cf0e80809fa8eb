/** A run of text that both sides have, or only one. */
export interface DiffPart {
  readonly kind: "same" | "removed" | "added";
  readonly text: string;
}

/** Beyond so many words or edits the middle is taken as replaced: nobody reads such a diff, and it would take long. */
const MOST_WORDS = 4000;
const MOST_EDITS = 600;

/**
 * What changed from one text to another, by words and the spaces between them: the shortest edit script (Myers 1986,
 * "An O(ND) Difference Algorithm and Its Variations"), after cutting what both begin and end with.
 */
export function wordDiff(before: string, after: string): readonly DiffPart[] {
  const a = splitWords(before);
  const b = splitWords(after);
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  const middleA = a.slice(head, a.length - tail);
  const middleB = b.slice(head, b.length - tail);
  const same = (words: readonly string[]): DiffPart => ({ kind: "same", text: words.join("") });
  return joinParts([same(a.slice(0, head)), ...editScript(middleA, middleB), same(a.slice(a.length - tail))]);
}

function splitWords(text: string): readonly string[] {
  return text.match(/\s+|[\p{L}\p{M}\p{N}_]+|[^\s\p{L}\p{M}\p{N}_]/gu) ?? [];
}

function editScript(a: readonly string[], b: readonly string[]): readonly DiffPart[] {
  const replaced: readonly DiffPart[] = [
    { kind: "removed", text: a.join("") },
    { kind: "added", text: b.join("") },
  ];
  if (a.length === 0 || b.length === 0 || a.length + b.length > MOST_WORDS) return replaced;
  const trace = forward(a, b);
  return trace === null ? replaced : backward(a, b, trace);
}

/** Furthest reaching paths after each number of edits; null where there are too many. */
function forward(a: readonly string[], b: readonly string[]): readonly Int32Array[] | null {
  const trace: Int32Array[] = [];
  const most = Math.min(a.length + b.length, MOST_EDITS);
  let reach = new Int32Array(2 * most + 3);
  const middle = most + 1;
  for (let edits = 0; edits <= most; edits++) {
    trace.push(reach.slice());
    const next = reach.slice();
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      const isDown = comesFromAbove(reach, middle + diagonal, {
        isFirst: diagonal === -edits,
        isLast: diagonal === edits,
      });
      let x = isDown ? (reach[middle + diagonal + 1] as number) : (reach[middle + diagonal - 1] as number) + 1;
      while (x < a.length && x - diagonal < b.length && a[x] === b[x - diagonal]) x++;
      next[middle + diagonal] = x;
      if (x >= a.length && x - diagonal >= b.length) return trace;
    }
    reach = next;
  }
  return null;
}

function comesFromAbove(
  reach: Int32Array,
  at: number,
  { isFirst, isLast }: { readonly isFirst: boolean; readonly isLast: boolean },
): boolean {
  return isFirst || (!isLast && (reach[at - 1] as number) < (reach[at + 1] as number));
}

function backward(a: readonly string[], b: readonly string[], trace: readonly Int32Array[]): readonly DiffPart[] {
  const parts: DiffPart[] = [];
  let x = a.length;
  let y = b.length;
  for (let edits = trace.length - 1; edits >= 0; edits--) {
    const reach = trace[edits] as Int32Array;
    const middle = (reach.length - 1) / 2;
    const diagonal = x - y;
    const isDown = comesFromAbove(reach, middle + diagonal, {
      isFirst: diagonal === -edits,
      isLast: diagonal === edits,
    });
    const from = diagonal + (isDown ? 1 : -1);
    const fromX = edits === 0 ? 0 : (reach[middle + from] as number);
    const fromY = edits === 0 ? 0 : fromX - from;
    while (x > fromX && y > fromY) {
      parts.push({ kind: "same", text: a[--x] as string });
      y--;
    }
    if (edits === 0) break;
    if (isDown) parts.push({ kind: "added", text: b[--y] as string });
    else parts.push({ kind: "removed", text: a[--x] as string });
  }
  return parts.reverse();
}

/**
 * Neighbours of a kind as one part; between two same parts, what was removed before what was added. Spaces and
 * punctuation that happen to agree between two changes belong to them: otherwise a rewritten sentence is confetti.
 */
function joinParts(parts: readonly DiffPart[]): readonly DiffPart[] {
  const joined: DiffPart[] = [];
  let removed = "";
  let added = "";
  /** What agrees behind a change, until it shows whether another change follows. */
  let between = "";
  const flush = (): void => {
    const ended: readonly DiffPart[] = [
      { kind: "removed", text: removed },
      { kind: "added", text: added },
      { kind: "same", text: between },
    ];
    joined.push(...ended.filter(({ text }) => text !== ""));
    removed = "";
    added = "";
    between = "";
  };
  for (const { kind, text } of parts) {
    if (kind === "same") {
      between += text;
      if (removed + added === "" || /[\p{L}\p{N}]/u.test(between)) flush();
      continue;
    }
    removed += between;
    added += between;
    between = "";
    if (kind === "removed") removed += text;
    else added += text;
  }
  flush();
  return joinSame(joined);
}

function joinSame(parts: readonly DiffPart[]): readonly DiffPart[] {
  const joined: DiffPart[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (part.kind === "same" && last?.kind === "same")
      joined[joined.length - 1] = { kind: "same", text: last.text + part.text };
    else if (part.text !== "") joined.push(part);
  }
  return joined;
}
