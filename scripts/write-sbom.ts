/**
 * The bill of materials of a release, for what `npm install evalh` brings: CycloneDX, into evalh-VERSION.cdx.json.
 *
 *   npm run sbom
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";

const { name, version } = JSON.parse(readFileSync("package.json", "utf8")) as { name: string; version: string };
const text = execFileSync("npm", ["sbom", "--sbom-format", "cyclonedx", "--omit", "dev"], {
  encoding: "utf8",
  maxBuffer: 1 << 26,
});
const { bomFormat, components } = JSON.parse(text) as { bomFormat: string; components: readonly unknown[] };
if (bomFormat !== "CycloneDX" || components.length < 10) throw new Error("npm wrote no bill of materials");
const file = `${name}-${version}.cdx.json`;
writeFileSync(file, text);
console.log(`${file}: ${components.length} components`);
