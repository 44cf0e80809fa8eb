import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

import { Ajv2020 } from "ajv/dist/2020.js";
import { build } from "esbuild";

import { catalog, loadCatalog } from "../src/suite/catalog.ts";
import type { Schema } from "../src/suite/schema/parts.ts";
import { suiteSchema } from "../src/suite/schema.ts";

/**
 * Compiles the schema of suites, with every judge and backend that ships, into a function that says whether a suite
 * follows it. Most suites do, and to compile the schema when it is needed takes ten times as long as this. Runs before every
 * build and test; the result is not committed.
 */
const OUTPUT = fileURLToPath(new URL("../src/suite/schema/suite-check.generated.ts", import.meta.url));
const ROOT = fileURLToPath(new URL("../", import.meta.url));
// The package's own types describe a module that it does not have.
const standaloneCode = createRequire(import.meta.url)("ajv/dist/standalone/index.js") as {
  readonly default: (ajv: Ajv2020, check: unknown) => string;
};

/** Vitest calls it before the first test. */
export async function setup(): Promise<void> {
  const ajv = new Ajv2020({
    strictTypes: false,
    strictRequired: false,
    logger: false,
    inlineRefs: false,
    code: { source: true, lines: true },
  });
  const check = ajv.compile(withOneModel(suiteSchema(await loadCatalog(catalog))));
  const { outputFiles } = await build({
    stdin: { contents: withoutErrors(standaloneCode.default(ajv, check)), resolveDir: ROOT, loader: "js" },
    bundle: true,
    write: false,
    format: "cjs",
    minify: true,
    legalComments: "none",
  });
  const generated = [
    "// @ts-nocheck",
    "// Made by scripts/compile-suite-check.ts from src/suite/schema.ts.",
    "const module = { exports: {} };",
    outputFiles[0]?.text.trim() ?? "",
    "/** Whether a suite follows the schema; what is wrong with it says schemaProblems. */",
    "export const isSound: (suite: unknown) => boolean = module.exports;",
    "",
  ].join("\n");
  if ((await readFile(OUTPUT, "utf8").catch(() => "")) !== generated) await writeFile(OUTPUT, generated);
}

/**
 * What is wrong is told by another: without the errors, each on a line of its own, less than half of the code is left.
 * Their number counts, so that each leaves something.
 */
function withoutErrors(code: string): string {
  return code.replaceAll(
    /^(\s*(?:validate\d+\.errors|const err\d+) = )(?:\[\{instancePath.*\}\]|\{instancePath.*\});$/gmu,
    "$1[0];",
  );
}

/** Models that judges ask are described as those that are asked: that half of the code is needed once. */
function withOneModel(schema: Schema): Schema {
  const properties = schema["properties"] as Readonly<Record<string, Schema>>;
  const judgeModels = { ...properties["judge_models"], items: { $ref: "#/properties/models/items" } };
  return { ...schema, properties: { ...properties, judge_models: judgeModels } };
}

if (import.meta.main) await setup();
