import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import { build, transform } from "esbuild";

/**
 * Bundles the code and the style of the HTML report into strings that the report writes into its pages. Runs before
 * every build and test; the result is not committed.
 */
const CLIENT = fileURLToPath(new URL("../reports/html/client/", import.meta.url));
const OUTPUT = fileURLToPath(new URL("../reports/html/client.generated.ts", import.meta.url));
/** In the order they apply. */
const STYLES = ["base", "page", "table", "chart", "browser", "print"];

/** Vitest calls it before the first test. */
export async function setup(): Promise<void> {
  const script = await build({
    entryPoints: [`${CLIENT}main.ts`],
    bundle: true,
    write: false,
    minify: true,
    format: "iife",
    target: "es2022",
    charset: "ascii",
    legalComments: "none",
  });
  const sources = await Promise.all(STYLES.map((name) => readFile(`${CLIENT}style/${name}.css`, "utf8")));
  const style = await transform(sources.join("\n"), { loader: "css", minify: true, charset: "utf8", target: "esnext" });
  const text = script.outputFiles[0]?.text ?? "";
  const generated = [
    "// Made by scripts/bundle-client.ts from reports/html/client/.",
    `export const clientScript = ${JSON.stringify(safeIn("script", text.trim()))};`,
    `export const clientStyle = ${JSON.stringify(safeIn("style", style.code.trim()))};`,
    "",
  ].join("\n");
  if ((await readFile(OUTPUT, "utf8").catch(() => "")) !== generated) await writeFile(OUTPUT, generated);
}

/** The text must not end the element it stands in. */
function safeIn(element: string, text: string): string {
  if (new RegExp(`</${element}|<!--`, "iu").test(text)) throw new Error(`the bundled ${element} would end its element`);
  return text;
}

if (import.meta.main) await setup();
