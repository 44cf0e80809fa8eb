import { readFileSync } from "node:fs";

/** The package's version. package.json lies one folder higher when run from the sources than from dist/. */
export function version(): string {
  for (const path of ["../../package.json", "../../../package.json"]) {
    try {
      const manifest: unknown = JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
      if (typeof manifest === "object" && manifest !== null && "version" in manifest) return String(manifest.version);
    } catch {
      // Not here; the other place has it.
    }
  }
  return "unknown";
}
