import { withRoom } from "./room.ts";

/** Tokens as places in units: the token `i` is what lies from `starts[i]` to before `ends[i]`. */
export interface Spans {
  starts: Int32Array;
  ends: Int32Array;
  /** Number of tokens; the arrays are longer. */
  length: number;
}

export function emptySpans(): Spans {
  return { starts: new Int32Array(256), ends: new Int32Array(256), length: 0 };
}

export function pushSpan(spans: Spans, start: number, end: number): void {
  const index = spans.length++;
  if (index >= spans.starts.length) {
    spans.starts = withRoom(spans.starts, index + 1);
    spans.ends = withRoom(spans.ends, index + 1);
  }
  spans.starts[index] = start;
  spans.ends[index] = end;
}
