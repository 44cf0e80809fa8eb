/** Which part of a long list shows. */
export interface Window {
  readonly start: number;
  readonly end: number;
}

/** The part of `count` rows around the cursor that fits into `room` rows; the cursor stays in the middle where it can. */
export function windowAround(
  cursor: number,
  { count, room }: { readonly count: number; readonly room: number },
): Window {
  const size = Math.max(0, Math.min(count, room));
  const start = Math.max(0, Math.min(cursor - Math.floor(size / 2), count - size));
  return { start, end: start + size };
}
