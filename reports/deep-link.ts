/** What a link into a report can name. Everything is optional; names that the report does not know are passed over. */
export interface DeepLink {
  /** "task/id", or an id alone where it is unique. */
  readonly sample: string | null;
  /** The compared checkpoint: id, label or step. */
  readonly checkpoint: string | null;
  readonly base: string | null;
  /** "task/metric". */
  readonly metric: string | null;
  /** As typed into the filter box. */
  readonly filter: string | null;
}

/** Letter of each part: short, since links are pasted into chats. */
const PARTS = [
  ["s", "sample"],
  ["c", "checkpoint"],
  ["b", "base"],
  ["m", "metric"],
  ["f", "filter"],
] as const;

/** The fragment of a link, "#s=title/t-0071&c=checkpoint-441&f=broken"; empty where nothing is named. */
export function formatDeepLink(link: Partial<DeepLink>): string {
  const parts = PARTS.flatMap(([letter, name]) => {
    const value = link[name] ?? null;
    // Slashes and colons are legal in fragments; without them links stay readable.
    return value === null || value === ""
      ? []
      : [`${letter}=${encodeURIComponent(value.toWellFormed()).replaceAll("%2F", "/").replaceAll("%3A", ":")}`];
  });
  return parts.length === 0 ? "" : `#${parts.join("&")}`;
}

/** Null for a fragment that is an anchor or nothing. Malformed parts are left out. */
export function parseDeepLink(fragment: string): DeepLink | null {
  const text = fragment.replace(/^#/u, "");
  if (!text.includes("=")) return null;
  const values = new Map(
    text.split("&").map((part) => {
      const equals = part.indexOf("=");
      return [part.slice(0, equals), decode(part.slice(equals + 1))] as const;
    }),
  );
  const entries = PARTS.map(([letter, name]) => [name, values.get(letter) ?? null] as const);
  return Object.fromEntries(entries) as unknown as DeepLink;
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
