/**
 * Absolute path of a file that ships beside the sources, such as gpu/python/worker.py. The package's root lies one
 * folder higher for modules that run from dist/.
 * @param moduleUrl `import.meta.url` of the module that asks
 */
export function shippedFile(path: string, moduleUrl: string): string {
  const source = decodeURIComponent(new URL(moduleUrl).pathname);
  const root = source.slice(0, source.lastIndexOf("/src/"));
  return `${root.endsWith("/dist") ? root.slice(0, -"/dist".length) : root}/${path}`;
}
