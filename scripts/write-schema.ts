import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import { catalog, loadCatalog } from "../src/suite/catalog.ts";
import { suiteSchema } from "../src/suite/schema.ts";

const file = fileURLToPath(new URL("../suites/suite.schema.json", import.meta.url));
const text = `${JSON.stringify(suiteSchema(await loadCatalog(catalog)), null, 2)}\n`;

// With --check nothing is written: CI fails where the file is stale.
if (process.argv.includes("--check")) {
  const written = await readFile(file, "utf8").catch(() => "");
  if (written !== text) {
    console.error("suites/suite.schema.json is stale: run `npm run schema`");
    process.exitCode = 1;
  }
} else {
  await writeFile(file, text);
}
