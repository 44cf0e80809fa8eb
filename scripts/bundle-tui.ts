import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

import { licensesOf, packagesOf } from "./bundled-packages.ts";

/**
 * Bundles the terminal screens with Ink and React into one file that is loaded when they are shown, so that neither is
 * a dependency of those who install evalh. Runs before every build and test; the result is not committed, and copied into the build
 * by bundle-cli.ts.
 */
const ENTRY = fileURLToPath(new URL("../src/tui/app/main.tsx", import.meta.url));
const OUTPUT = fileURLToPath(new URL("../src/tui/", import.meta.url));
/** Ink loads React's developer tools only when asked to, but a bundle must find them. */
const DEVTOOLS = "export default { initialize() {}, connectToDevTools() {} };";

/** Vitest calls it before the first test. */
export async function setup(): Promise<void> {
  const { outputFiles, metafile } = await build({
    entryPoints: [ENTRY],
    bundle: true,
    write: false,
    minify: true,
    platform: "node",
    target: "node22",
    format: "esm",
    // Ink waits at its top level for Yoga's WebAssembly; packages inside it still use require.
    banner: {
      js: [
        "// Made by scripts/bundle-tui.ts from src/tui/. Contains Ink, React and what they need: see terminal.generated.licenses.txt.",
        'import { createRequire as createBundleRequire } from "node:module";',
        "const require = createBundleRequire(import.meta.url);",
      ].join("\n"),
    },
    define: { "process.env.NODE_ENV": '"production"', "process.env.DEV": '"false"' },
    plugins: [
      {
        name: "no-devtools",
        setup(plugin) {
          plugin.onResolve({ filter: /^react-devtools-core$/ }, ({ path }) => ({ path, namespace: "no-devtools" }));
          plugin.onLoad({ filter: /.*/, namespace: "no-devtools" }, () => ({ contents: DEVTOOLS, loader: "js" }));
        },
      },
    ],
    legalComments: "none",
    metafile: true,
  });
  const inputs = Object.keys(metafile.inputs);
  await writeChanged(join(OUTPUT, "terminal.generated.js"), outputFiles[0]?.text ?? "");
  await writeChanged(join(OUTPUT, "terminal.generated.licenses.txt"), await licensesOf(inputs));
  const packages = `${JSON.stringify(await packagesOf(inputs))}\n`;
  await writeChanged(join(OUTPUT, "terminal.generated.packages.json"), packages);
}

/** Leaves an equal file alone, so that nothing built from it is made again. */
async function writeChanged(path: string, text: string): Promise<void> {
  if ((await readFile(path, "utf8").catch(() => "")) !== text) await writeFile(path, text);
}

if (import.meta.main) await setup();
