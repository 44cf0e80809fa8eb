import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly license: string;
}

const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as Manifest;
const lock = readFileSync(new URL("../package-lock.json", import.meta.url), "utf8");

describe("package.json", () => {
  it("has at most fifteen runtime dependencies", () => {
    const names = Object.keys(manifest.dependencies);
    expect(names).toContain("ajv");
    expect(names.length).toBeLessThanOrEqual(15);
  });

  it("pins every version exactly, so that a score does not change with the day of the install", () => {
    const versions = [...Object.values(manifest.dependencies), ...Object.values(manifest.devDependencies)];
    expect(versions.filter((version) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });

  it("is licensed under Apache-2.0 and says so in LICENSE", () => {
    expect(manifest.license).toBe("Apache-2.0");
    expect(readFileSync(new URL("../LICENSE", import.meta.url), "utf8")).toContain("Apache License");
  });

  it("has a lock file without download addresses, so that any registry serves it", () => {
    expect(lock).toContain('"lockfileVersion"');
    expect(lock).not.toContain('"resolved"');
  });
});
