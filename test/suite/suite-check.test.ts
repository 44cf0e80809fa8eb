import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";

import { isJsonObject, type JsonValue } from "../../src/core/json.ts";
import { catalog, loadCatalog } from "../../src/suite/catalog.ts";
import { isSound } from "../../src/suite/schema/suite-check.generated.ts";
import { suiteSchema } from "../../src/suite/schema.ts";
import { parseSource } from "../../src/suite/source-document.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const options = { strictTypes: false, strictRequired: false, logger: false } as const;
const follows = new Ajv2020(options).compile(suiteSchema(await loadCatalog(catalog)));

function suitesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /(?:^|\/)suite\.ya?ml$/u.test(name) && statSync(join(root, folder, name)).isFile())
    .map((name) => join(folder, name));
}

/** The same suite with one thing wrong, for every place in it: a foreign key, a missing value, another type. */
function* spoilt(data: JsonValue): Generator<JsonValue> {
  if (Array.isArray(data)) {
    yield [];
    for (const [index, item] of data.entries()) for (const other of spoilt(item)) yield data.with(index, other);
    return;
  }
  if (!isJsonObject(data)) {
    yield typeof data === "number" ? "seven" : 7;
    yield null;
    return;
  }
  yield { ...data, nonsense: 1 };
  for (const [key, value] of Object.entries(data)) {
    yield Object.fromEntries(Object.entries(data).filter(([other]) => other !== key));
    for (const other of spoilt(value)) yield { ...data, [key]: other };
  }
}

describe("the compiled check of suites", () => {
  it.each([...suitesBelow("suites"), ...suitesBelow("test/fixtures/suites")])(
    "agrees with the schema on %s",
    (file) => {
      const { data } = parseSource(readFileSync(join(root, file), "utf8"), file);
      const verdicts = { sound: 0, faulty: 0 };
      for (const variant of [data as JsonValue, ...spoilt(data as JsonValue)]) {
        const expected = follows(variant);
        if (isSound(variant) !== expected) expect({ variant, sound: !expected }).toEqual({ variant, sound: expected });
        verdicts[expected ? "sound" : "faulty"]++;
      }
      expect(verdicts.faulty).toBeGreaterThan(20);
      expect(verdicts.sound + verdicts.faulty).toBeGreaterThan(100);
    },
  );
});
