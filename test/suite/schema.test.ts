import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";

import { isJsonObject } from "../../src/core/json.ts";
import { catalog, loadCatalog } from "../../src/suite/catalog.ts";
import { normalise } from "../../src/suite/normalise.ts";
import type { RawSuite } from "../../src/suite/raw-suite.ts";
import { suiteSchema } from "../../src/suite/schema.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const published: unknown = JSON.parse(readFileSync(join(root, "suites/suite.schema.json"), "utf8"));

describe("the published schema", () => {
  it("is what the code makes (otherwise: npm run schema)", async () => {
    expect(published).toEqual(JSON.parse(JSON.stringify(suiteSchema(await loadCatalog(catalog)))));
  });

  it("accepts the suites that ship and the complete one, and refuses the one with mistakes", () => {
    const validate = new Ajv2020({ strictTypes: false, strictRequired: false }).compile(published as object);
    const shipped = readdirSync(join(root, "suites"), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => join(root, "suites", name));
    const read = (folder: string): unknown => parse(readFileSync(join(folder, "suite.yaml"), "utf8"));
    const hasSuite = (folder: string): boolean => readdirSync(folder).includes("suite.yaml");
    for (const folder of [...shipped.filter(hasSuite), join(root, "test/fixtures/suites/complete")]) {
      expect([folder, validate(read(folder)), validate.errors]).toEqual([folder, true, null]);
    }
    expect(validate(read(join(root, "test/fixtures/suites/mistakes")))).toBe(false);
  });

  it("describes every key, for editors", () => {
    const undescribed: string[] = [];
    const walk = (schema: unknown, path: string): void => {
      if (!isJsonObject(schema)) return;
      for (const [name, property] of Object.entries(isJsonObject(schema["properties"]) ? schema["properties"] : {})) {
        if (isJsonObject(property) && !("description" in property)) undescribed.push(`${path}/${name}`);
        walk(property, `${path}/${name}`);
      }
      walk(schema["items"], `${path}[]`);
    };
    walk(published, "");
    expect(undescribed.filter((path) => !path.includes("/judges[]/"))).toEqual([]);
  });

  it("states the defaults that loading fills in", () => {
    const raw = {
      suite: "s",
      version: 1,
      tasks: [
        { task: "t", dataset: "d", prompt: "p", judges: ["j"], few_shot: { count: 1, dataset: "d" }, generate: {} },
      ],
      models: [{ model: "m", backend: "b" }],
      human: { sample: 1 },
      gates: [{ metric: "m" }],
    } satisfies RawSuite;
    const suite = normalise(raw, { path: (path) => path, place: () => ({ file: "" }) });
    const camel = (key: string): string => key.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
    const compared: string[] = [];
    const compare = (schema: unknown, value: unknown): void => {
      if (!isJsonObject(schema)) return;
      if (Array.isArray(value)) compare(schema["items"], value[0]);
      if (!isJsonObject(value)) return;
      for (const [name, property] of Object.entries(isJsonObject(schema["properties"]) ? schema["properties"] : {})) {
        if (isJsonObject(property) && "default" in property) {
          compared.push(name);
          expect([name, value[camel(name)]]).toEqual([name, property["default"]]);
        }
        compare(property, value[camel(name)]);
      }
    };
    compare(published, JSON.parse(JSON.stringify(suite)));
    expect(compared).toEqual(
      expect.arrayContaining(["seed", "kind", "separator", "max_tokens", "form", "mode", "min_n"]),
    );
  });
});
