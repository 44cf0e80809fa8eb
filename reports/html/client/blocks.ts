/**
 * Reads the page's data: blocks in the page itself, base64 of gzip, opened only when asked for; or, of a page that
 * `evalh view` gives out, from its server.
 */

/** What the server calls what this page shows; null for a page that holds its data itself. */
export function servedVersion(): string | null {
  return document.body.dataset["served"] ?? null;
}

/** The bytes of a block. A block's text stays in the page: a copy saved from the browser must work too. */
export async function readBytes(name: string): Promise<ArrayBuffer> {
  return (await responseOf(name)).arrayBuffer();
}

export async function readJson<T>(name: string): Promise<T> {
  return (await (await responseOf(name)).json()) as T;
}

/** From a served page's server: "blocks", "samples" or "state", see `PageState`. */
export async function fetchServed(kind: "blocks" | "samples" | "state", name = ""): Promise<Response> {
  const response = await fetch(`${kind}/${servedVersion() ?? ""}/${name}`);
  if (!response.ok) throw new Error(await response.text());
  return response;
}

function responseOf(name: string): Response | Promise<Response> {
  return servedVersion() === null ? decompressed(name) : fetchServed("blocks", name);
}

function blockElement(name: string): HTMLScriptElement {
  const element = document.querySelector<HTMLScriptElement>(`script[data-block="${CSS.escape(name)}"]`);
  if (element === null) throw new Error(`this report has no block "${name}": the file may be cut off`);
  return element;
}

function decompressed(name: string): Response {
  const bytes = fromBase64(blockElement(name).textContent);
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip")));
}

interface Base64Constructor {
  /** ES2026; far faster than the loop where a browser has it. */
  fromBase64?(text: string): Uint8Array<ArrayBuffer>;
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const native = Uint8Array as Base64Constructor;
  if (native.fromBase64 !== undefined) return native.fromBase64(text);
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at);
  return bytes;
}

/** Keeps the values that were asked for last. */
export function recentCache<T>(most: number, make: (key: number) => Promise<T>): (key: number) => Promise<T> {
  const kept = new Map<number, Promise<T>>();
  return (key) => {
    const value = kept.get(key) ?? make(key);
    // Set again to stand last; the first is the one not asked for longest.
    kept.delete(key);
    kept.set(key, value);
    const [oldest] = kept.keys();
    if (kept.size > most && oldest !== undefined) kept.delete(oldest);
    return value;
  };
}
