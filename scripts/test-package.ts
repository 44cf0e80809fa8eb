/**
 * Packs evalh, installs the tarball in a bare folder as a user would, and runs it there: the demo suite, a suite of
 * `evalh init`, gates, reports. Says how large the tarball is, with and without the demo's weights.
 *
 *   npm run test:package
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const MOST_MB = 15;
const folder = mkdtempSync(join(tmpdir(), "evalh-package-"));

function run(program: string, args: readonly string[], cwd: string): string {
  return execFileSync(program, args, {
    cwd,
    encoding: "utf8",
    maxBuffer: 1 << 26,
    env: { ...process.env, NO_COLOR: "1" },
  });
}

function weightsOf(root: string): number {
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".onnx"))
    .reduce((sum, name) => sum + gzipSync(readFileSync(join(root, name))).length, 0);
}

try {
  const packed = run("npm", ["pack", "--json", "--pack-destination", folder], process.cwd());
  const [{ filename }] = JSON.parse(packed.slice(packed.indexOf("[\n"))) as [{ filename: string }];
  const tarball = join(folder, filename);
  const megabytes = statSync(tarball).size / 1e6;
  const weights = weightsOf("suites") / 1e6;
  console.log(`${filename}: ${megabytes.toFixed(1)} MB, of which ${weights.toFixed(1)} MB are the demo's weights`);
  if (megabytes - weights > MOST_MB) throw new Error(`more than ${MOST_MB} MB without the weights`);

  writeFileSync(join(folder, "package.json"), '{ "name": "bare", "private": true }');
  // The runtime's install script would fetch CUDA from a server that is no package registry; the package has the CPU's.
  writeFileSync(join(folder, ".npmrc"), "onnxruntime-node-install=skip\nloglevel=error\n");
  run("npm", ["install", "--no-audit", "--no-fund", tarball], folder);
  const installed = join(folder, "node_modules", "evalh");
  for (const file of ["gpu/python/train.py", "gpu/python/worker.py", "suites/suite.schema.json", "NOTICE"]) {
    statSync(join(installed, file));
  }
  const evalh = join(folder, "node_modules", ".bin", "evalh");
  const steps: readonly (readonly string[])[] = [
    ["--version"],
    ["--help"],
    ["judges"],
    ["run", "icd-coding", "--limit", "4", "--quiet", "--gate", "failure_rate mode=threshold max=0"],
    ["gate", "--json"],
    ["report", "--format", "junit", "--output", "junit.xml"],
    ["report", "--format", "html", "--output", "report.html"],
    ["baseline", "update"],
    ["runs"],
  ];
  for (const step of steps) {
    const output = run(evalh, step, folder);
    if (output === "" && step[0] !== "baseline") throw new Error(`evalh ${step.join(" ")} printed nothing`);
    console.log(`ok: evalh ${step.join(" ")}`);
  }
  if (!readFileSync(join(folder, "report.html"), "utf8").includes("icd-coding")) throw new Error("the report is empty");
} finally {
  rmSync(folder, { recursive: true, force: true });
}
