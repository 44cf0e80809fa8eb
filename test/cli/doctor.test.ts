import { spawn } from "node:child_process";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { findPython, pythonFolder } from "../../src/backend/python.ts";
import { finished, type Finished } from "./project.ts";

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
let folder = "";
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), "evalh-doctor-"))));
afterEach(() => rm(folder, { recursive: true }));

function doctor(env: Record<string, string>, ...args: string[]): Promise<Finished> {
  return finished(spawn(process.execPath, [main, "doctor", ...args], { cwd: folder, env: { HOME: folder, ...env } }));
}

describe("evalh doctor", () => {
  it("lists what there is as one JSON document and fails only where something needed is missing", async () => {
    const { code, stdout } = await doctor({ PATH: "/nowhere" }, "--json");
    expect(code).toBe(0);
    const checks = JSON.parse(stdout) as { name: string; ok: boolean; fix: string | null }[];
    const named = Object.fromEntries(checks.map((check) => [check.name, check]));
    expect(named["onnx backend"]).toMatchObject({ ok: true, found: expect.stringContaining("cpu") });
    expect(named["Python"]).toMatchObject({ ok: false, fix: expect.stringContaining("evalh doctor --install python") });
    expect(named["llama backend"]).toMatchObject({ ok: false, fix: expect.stringContaining("npm install") });
  });

  it("says which command failed when it cannot install a Python environment", async () => {
    const missing = await doctor({ PATH: "/nowhere" }, "--install", "python");
    expect(missing).toMatchObject({ code: 2, stdout: "" });
    expect(missing.stderr).toMatch(
      /error: python3 -m venv .* failed: spawn python3 ENOENT\n hint: Python 3\.10 or newer/,
    );
    const bin = join(folder, "bin");
    await mkdir(bin);
    await writeFile(join(bin, "python3"), "#!/bin/sh\necho no module venv >&2\nexit 7\n");
    await chmod(join(bin, "python3"), 0o755);
    const broken = await doctor({ PATH: `${bin}:/bin:/usr/bin` }, "--install", "python");
    expect(broken.code).toBe(2);
    expect(broken.stderr).toContain("no module venv");
    expect(broken.stderr).toContain("failed: exit code 7");
  });
});

describe("the Python that is run", () => {
  it("is the one named, then the one installed by evalh, then python3", async () => {
    const env: Record<string, string | undefined> = { HOME: folder };
    const look = (name: string): string | undefined => env[name];
    expect(findPython(look)).toBe("python3");
    const bin = join(pythonFolder(look), "bin");
    await mkdir(bin, { recursive: true });
    await writeFile(join(bin, "python"), "");
    expect(findPython(look)).toBe(join(folder, ".local/share/evalh/python/bin/python"));
    env["EVALH_PYTHON"] = "/opt/python";
    expect(findPython(look)).toBe("/opt/python");
  });
});
