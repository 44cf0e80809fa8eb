/**
 * The bill of materials of a release, for what `npm install evalh` brings: the packages it installs and those whose code
 * is in its files. CycloneDX, into evalh-VERSION.cdx.json. Run after `npm run build`.
 *
 *   npm run sbom
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";

import type { BundledPackage } from "./bundled-packages.ts";

interface Bom {
  readonly bomFormat: string;
  readonly metadata: { readonly component: { readonly "bom-ref": string } };
  readonly components: readonly { readonly "bom-ref": string }[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

function readBom(...omitted: readonly string[]): Bom {
  const args = ["sbom", "--sbom-format", "cyclonedx", ...omitted];
  const bom = JSON.parse(execFileSync("npm", args, { encoding: "utf8", maxBuffer: 1 << 26 })) as Bom;
  if (bom.bomFormat !== "CycloneDX" || bom.components.length === 0) throw new Error("npm wrote no bill of materials");
  return bom;
}

function bundledRefs(): string[] {
  const files = ["dist/src/cli/cli.generated.packages.json", "dist/src/cli/terminal.generated.packages.json"];
  const packages = files.flatMap((file) => JSON.parse(readFileSync(file, "utf8")) as readonly BundledPackage[]);
  return packages.map(({ name, version }) => `${name}@${version}`);
}

const { name, version } = JSON.parse(readFileSync("package.json", "utf8")) as { name: string; version: string };
const all = readBom();
const bundled = bundledRefs();
const shipped = new Set([...readBom("--omit", "dev").components.map((each) => each["bom-ref"]), ...bundled]);
const components = all.components.filter((each) => shipped.has(each["bom-ref"]));
const missing = bundled.filter((ref) => !components.some((each) => each["bom-ref"] === ref));
if (missing.length > 0) throw new Error(`npm's bill of materials lacks ${missing.join(", ")}`);
const dependencies = all.dependencies
  .filter(({ ref }) => shipped.has(ref) || ref === all.metadata.component["bom-ref"])
  .map((each) => ({ ...each, dependsOn: each.dependsOn.filter((ref) => shipped.has(ref)) }));
const file = `${name}-${version}.cdx.json`;
writeFileSync(file, `${JSON.stringify({ ...all, components, dependencies }, null, 2)}\n`);
console.log(`${file}: ${components.length} components, ${bundled.length} of them in evalh's own files`);
