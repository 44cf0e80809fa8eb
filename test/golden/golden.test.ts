import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { differences, readGoldenFile } from "./golden-file.ts";
import { byFunction, runCase } from "./run-case.ts";

const cases = readGoldenFile(join(import.meta.dirname, "metrics.json"));

describe("equal to the reference implementation", () => {
  test.each([...byFunction(cases)])("%s", async (_, own) => {
    const failures: Record<string, readonly string[]> = {};
    for (const one of own) {
      const result = await runCase(one);
      if (result.kind === "failed") failures[one.id] = result.reasons;
      if (result.kind === "skipped") failures[one.id] = [result.reason];
    }
    expect(failures).toEqual({});
  });

  test("in hundreds of cases", () => {
    expect(cases.length).toBeGreaterThan(400);
  });
});

describe("the comparison with expected values", () => {
  const golden = { id: "x#001", fn: "x", input: {}, params: {}, expected: { score: 100, list: [1, "NaN"], name: "a" } };

  test("accepts what is within tolerance and keys that nobody expects", () => {
    expect(differences(golden, { score: 100 * (1 + 1e-10), list: [1, NaN], name: "a", more: 1 })).toEqual([]);
  });

  test("names every value that is off, missing or of another kind", () => {
    expect(differences(golden, { score: 100.000001, list: [1], name: "b" })).toHaveLength(3);
    expect(differences(golden, { score: NaN, list: [1, 2], name: null })).toHaveLength(3);
    expect(differences(golden, null)).toHaveLength(1);
    expect(differences(golden, { score: "100", list: [1, NaN], name: "a" })).toHaveLength(1);
  });

  test("uses a case's own tolerance by key and accepts the alternative answer", () => {
    expect(differences({ ...golden, tol: { score: 1e-3 } }, { score: 100.01, list: [1, NaN], name: "a" })).toEqual([]);
    expect(differences({ ...golden, alt: { score: 7 } }, { score: 7 })).toEqual([]);
    expect(differences({ ...golden, alt: { score: 7 } }, { score: 8 })).toHaveLength(3);
  });
});

test("a case whose function is missing or throws has failed", async () => {
  const one = { id: "x#001", fn: "no.such", input: {}, params: {}, expected: {} };
  expect((await runCase(one)).kind).toBe("failed");
  expect((await runCase({ ...one, fn: "stat.binom", input: null })).kind).toBe("failed");
});
