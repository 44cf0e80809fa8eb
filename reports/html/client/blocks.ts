/** Reads the page's data blocks: base64 of gzip, opened only when asked for. */

function blockElement(name: string): HTMLScriptElement {
  const element = document.querySelector<HTMLScriptElement>(`script[data-block="${CSS.escape(name)}"]`);
  if (element === null) throw new Error(`this report has no block "${name}": the file may be cut off`);
  return element;
}

/** The bytes of a block. `once` frees its text: columns are kept opened, texts are opened again when needed. */
export async function readBytes(name: string, { once = true }: { readonly once?: boolean } = {}): Promise<ArrayBuffer> {
  const element = blockElement(name);
  const bytes = fromBase64(element.textContent);
  if (once) element.remove();
  return decompressed(bytes).arrayBuffer();
}

export async function readJson<T>(name: string, { once = true }: { readonly once?: boolean } = {}): Promise<T> {
  const element = blockElement(name);
  const bytes = fromBase64(element.textContent);
  if (once) element.remove();
  return (await decompressed(bytes).json()) as T;
}

function decompressed(bytes: Uint8Array<ArrayBuffer>): Response {
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip")));
}

interface Base64Constructor {
  /** ES2026; far faster than the loop where a browser has it. */
  fromBase64?(text: string): Uint8Array<ArrayBuffer>;
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const native = (Uint8Array as Base64Constructor).fromBase64;
  if (native !== undefined) return native.call(Uint8Array, text);
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
