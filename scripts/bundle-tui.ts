import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

/**
 * Bundles the terminal screens with Ink and React into one file that is loaded when they are shown, so that neither is
 * a dependency of those who install evalh. Runs before every build and test; the result is not committed.
 */
const ENTRY = fileURLToPath(new URL("../src/tui/app/main.tsx", import.meta.url));
const ROOT = fileURLToPath(new URL("../", import.meta.url));
const OUTPUTS = [join(ROOT, "src/tui"), join(ROOT, "dist/src/tui")];
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
  const licenses = await licensesOf(Object.keys(metafile.inputs));
  for (const folder of OUTPUTS) {
    await mkdir(folder, { recursive: true });
    await writeChanged(join(folder, "terminal.generated.js"), outputFiles[0]?.text ?? "");
    await writeChanged(join(folder, "terminal.generated.licenses.txt"), licenses);
  }
}

/** The licence texts of the packages that went into the bundle: most ask to be passed on with the code. */
async function licensesOf(inputs: readonly string[]): Promise<string> {
  const folders = new Set(inputs.flatMap((path) => /^node_modules\/(?:@[^/]+\/)?[^/]+/u.exec(path)?.[0] ?? []));
  const texts = [...folders].sort().map(async (folder) => {
    const manifest = JSON.parse(await readFile(join(ROOT, folder, "package.json"), "utf8")) as Record<string, string>;
    const file = (await readdir(join(ROOT, folder))).find((name) => /^licen[cs]e/iu.test(name));
    const text = file === undefined ? "" : await readFile(join(ROOT, folder, file), "utf8");
    return `${manifest["name"]} ${manifest["version"]} (${manifest["license"]})\n\n${text.trim()}\n`;
  });
  return (await Promise.all(texts)).join(`\n${"-".repeat(80)}\n\n`);
}

/** Leaves an equal file alone, so that nothing built from it is made again. */
async function writeChanged(path: string, text: string): Promise<void> {
  if ((await readFile(path, "utf8").catch(() => "")) !== text) await writeFile(path, text);
}

if (import.meta.main) await setup();
