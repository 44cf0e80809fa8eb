import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly license: string;
  readonly publishConfig: { readonly access: string; readonly provenance: boolean };
}

const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as Manifest;
const lock = readFileSync(new URL("../package-lock.json", import.meta.url), "utf8");

describe("package.json", () => {
  it("brings nothing but what has native code; the rest is in its own files", () => {
    expect(Object.keys(manifest.dependencies)).toEqual(["onnxruntime-node"]);
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

  it("is published with its provenance, after its tests", () => {
    expect(manifest.publishConfig).toEqual({ access: "public", provenance: true });
  });
});

// `npm run test:package` installs the tarball in a bare folder and runs it there.
describe("the tarball", () => {
  it.skipIf(!existsSync("dist"))("holds what a user needs and nothing else", () => {
    const args = ["pack", "--dry-run", "--json", "--ignore-scripts"];
    const listed = execFileSync("npm", args, { encoding: "utf8", maxBuffer: 1 << 26 });
    const [{ files }] = JSON.parse(listed) as [{ files: readonly { path: string; size: number }[] }];
    const paths = files.map(({ path }) => path);
    for (const needed of [
      "dist/src/cli/main.js",
      "dist/src/index.js",
      "dist/src/index.d.ts",
      "dist/src/cli/compare-worker.js",
      "dist/src/cli/pair-worker.js",
      "dist/src/cli/thread-entry.js",
      "dist/src/cli/terminal.generated.js",
      "dist/src/cli/terminal.generated.licenses.txt",
      "dist/src/cli/cli.generated.licenses.txt",
      "gpu/python/train.py",
      "gpu/python/worker.py",
      "gpu/python/requirements.txt",
      "suites/suite.schema.json",
      "suites/icd-coding/suite.yaml",
      "suites/icd-coding/checkpoints/checkpoint-940/onnx/model_quantized.onnx",
      "suites/icd-coding/LICENSE-DATA.md",
      "docs/schema/run.schema.json",
      "LICENSE",
      "NOTICE",
      "SECURITY.md",
    ]) {
      expect(paths).toContain(needed);
    }
    const sources =
      /^(test|bench|scripts|examples)\/|(^|\/)(node_modules|__pycache__|\.evalh|\.venv|\.git)\/|\.map$|(?<!\.d)\.tsx?$|\.env$|\.log$/;
    expect(paths.filter((path) => sources.test(path))).toEqual([]);
    // Without the demo's weights it would fit several times into 15 MB, even unpacked.
    const rest = files.filter(({ path }) => !path.endsWith(".onnx")).reduce((sum, { size }) => sum + size, 0);
    expect(rest).toBeLessThan(15e6);
  });
});
