/** Redirects that keep method and body (RFC 9110, 15.4.8 and 15.4.9): what web frameworks send for a missing slash. */
const KEEPING = new Set([307, 308]);
/** Longest chain followed. */
export const MAX_REDIRECTS = 3;

/**
 * The path to which an answer sends the same request on the same scheme, host and port; null for every other redirect.
 * Those are never followed: a key must not reach another server, and nobody's word leads to a metadata address.
 */
export function sameHostPath(
  { status, location }: { readonly status: number; readonly location: string | undefined },
  { origin, path }: { readonly origin: string; readonly path: string },
): string | null {
  if (location === undefined || !KEEPING.has(status)) return null;
  const from = new URL(path, origin);
  if (!URL.canParse(location, from.href)) return null;
  const to = new URL(location, from);
  return to.origin === origin ? to.pathname + to.search : null;
}
