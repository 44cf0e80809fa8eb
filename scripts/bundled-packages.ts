import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

/** A package whose code went into a bundle. */
export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  readonly license: string;
}

/**
 * The packages that files come from, sorted.
 * @param inputs paths from the project's root, as esbuild's metafile has them
 */
export async function packagesOf(inputs: Iterable<string>): Promise<BundledPackage[]> {
  return await Promise.all(foldersOf(inputs).map(manifestOf));
}

/** The licence texts of the packages that files come from: most ask to be passed on with the code. */
export async function licensesOf(inputs: Iterable<string>): Promise<string> {
  const texts = foldersOf(inputs).map(async (folder) => {
    const { name, version, license } = await manifestOf(folder);
    const file = (await readdir(join(ROOT, folder))).find((each) => /^licen[cs]e/iu.test(each));
    const text = file === undefined ? "" : await readFile(join(ROOT, folder, file), "utf8");
    return `${name} ${version} (${license})\n\n${text.trim()}\n`;
  });
  return (await Promise.all(texts)).join(`\n${"-".repeat(80)}\n\n`);
}

function foldersOf(inputs: Iterable<string>): string[] {
  const folders = [...inputs].flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/u.exec(path)?.[0] ?? []);
  return [...new Set(folders)].sort();
}

async function manifestOf(folder: string): Promise<BundledPackage> {
  const manifest = JSON.parse(await readFile(join(ROOT, folder, "package.json"), "utf8")) as BundledPackage;
  return { name: manifest.name, version: manifest.version, license: manifest.license };
}
