import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { readGoldenFile } from "./golden-file.ts";
import { byFunction, runCase } from "./run-case.ts";

const cases = readGoldenFile(join(import.meta.dirname, "people.json"));

describe("what is made of people's verdicts equals the reference implementations", () => {
  test.each([...byFunction(cases)])("%s", async (_, own) => {
    const failures: Record<string, readonly string[]> = {};
    for (const one of own) {
      const result = await runCase(one);
      if (result.kind !== "passed") failures[one.id] = result.kind === "failed" ? result.reasons : [result.reason];
    }
    expect(failures).toEqual({});
  });

  test("in dozens of cases", () => {
    expect(cases.length).toBeGreaterThan(25);
  });
});
