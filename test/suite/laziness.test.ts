import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { expect, it } from "vitest";

it("loads a suite without loading what runs models, parses Parquet or judges in ways it does not use", async () => {
  const load = new URL("../../src/suite/load.ts", import.meta.url).href;
  const suite = fileURLToPath(new URL("../fixtures/suites/complete/suite.yaml", import.meta.url));
  const program = `
    import { registerHooks } from "node:module";
    const loaded = [];
    registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) });
    const { loadSuite } = await import(${JSON.stringify(load)});
    await loadSuite(${JSON.stringify(suite)});
    console.log(JSON.stringify(loaded));
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", program]);
  const loaded = JSON.parse(stdout) as string[];
  expect(loaded.some((url) => url.endsWith("/judges/rouge.ts"))).toBe(true);
  expect(
    loaded.filter((url) => /onnxruntime|tokenizers|undici|hyparquet|csv-parse|judges\/regex\.ts/.test(url)),
  ).toEqual([]);
});
