import { chmod, copyFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

import { licensesOf, packagesOf } from "./bundled-packages.ts";

/**
 * Builds dist/: the command line, its worker threads and the library, in files that share what they have in common and
 * are loaded when needed. Packages go in as well: to find and open some three hundred small files takes longer than
 * most commands run. Those with native code stay outside.
 */
const ROOT = fileURLToPath(new URL("../", import.meta.url));
const OUTPUT = join(ROOT, "dist/src");

/** Threads are found beside the file that starts them: every file of the command line lies in one folder. */
const ENTRIES = [
  { in: "src/index.ts", out: "index" },
  { in: "src/cli/main.ts", out: "cli/main" },
  { in: "src/cli/compare-worker.ts", out: "cli/compare-worker" },
  { in: "src/executor/pair-worker.ts", out: "cli/pair-worker" },
  { in: "src/backend/onnx/thread-entry.ts", out: "cli/thread-entry" },
];
const GENERATED = ["terminal.generated.js", "terminal.generated.licenses.txt", "terminal.generated.packages.json"];

await rm(join(ROOT, "dist"), { recursive: true, force: true });
const { metafile } = await build({
  absWorkingDir: ROOT,
  entryPoints: ENTRIES,
  bundle: true,
  splitting: true,
  outdir: OUTPUT,
  chunkNames: "cli/[name]-[hash]",
  platform: "node",
  target: "node22",
  format: "esm",
  external: ["onnxruntime-node", "node-llama-cpp"],
  // CommonJS packages still ask for Node's own modules with require.
  banner: {
    js: [
      'import { createRequire as createBundleRequire } from "node:module";',
      "const require = createBundleRequire(import.meta.url);",
    ].join("\n"),
  },
  legalComments: "none",
  metafile: true,
});
const inputs = Object.keys(metafile.inputs);
await writeFile(join(OUTPUT, "cli/cli.generated.licenses.txt"), await licensesOf(inputs));
await writeFile(join(OUTPUT, "cli/cli.generated.packages.json"), `${JSON.stringify(await packagesOf(inputs))}\n`);
for (const file of GENERATED) await copyFile(join(ROOT, "src/tui", file), join(OUTPUT, "cli", file));
await chmod(join(OUTPUT, "cli/main.js"), 0o755);
