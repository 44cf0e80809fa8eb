import { span } from "../../../reports/console/span.ts";
import { movedPlace } from "../model/key.ts";
import { frame, insideFrame } from "../view/frame.ts";
import type { Size, TuiLine } from "../view/line.ts";

/** Lines in a frame, from `top` on; how many more there are stands in the border. */
export function scrolledFrame(
  lines: readonly TuiLine[],
  top: number,
  options: Size & { readonly title: TuiLine },
): TuiLine[] {
  const { height } = insideFrame(options);
  const from = Math.max(0, Math.min(top, lines.length - height));
  const more = lines.length - from - height;
  const note = more > 0 ? [span(`${more} more below`, "dim")] : [];
  return frame(lines.slice(from), { ...options, note, focused: true });
}

/** The first line after a key that moves; null for any other key. */
export function scrolledTop(
  key: string,
  top: number,
  { lines, size }: { readonly lines: number; readonly size: Size },
): number | null {
  const { height } = insideFrame(size);
  const last = Math.max(0, lines - height);
  return movedPlace(key, Math.min(top, last), { count: last + 1, page: height });
}
