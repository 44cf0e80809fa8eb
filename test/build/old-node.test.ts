import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

import { describe, expect, it } from "vitest";

const run = promisify(execFile);
const main = readFileSync(new URL("../../src/cli/main.ts", import.meta.url), "utf8");

/** A Node on the path that is too old for evalh. */
async function oldNode(): Promise<string | null> {
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    const node = join(folder, "node");
    if (!existsSync(node)) continue;
    const { stdout } = await run(node, ["--version"]);
    const [major = 0] = stdout.slice(1).split(".").map(Number);
    if (major < 22) return node;
  }
  return null;
}

const old = await oldNode();

describe("started with an old Node", () => {
  it("imports no name that one may lack: it could not even say so", () => {
    const imports = [...main.matchAll(/^import (.+) from "(.+)";$/gmu)].map(([, names, from]) => `${names} ${from}`);
    expect(imports).toEqual(["{ spawn } node:child_process", "module node:module"]);
  });

  it.skipIf(old === null)(
    `says what it needs and what to do${old === null ? " (no Node before 22 on the path)" : ""}`,
    async () => {
      const folder = mkdtempSync(join(tmpdir(), "evalh-old-node-"));
      try {
        writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
        writeFileSync(join(folder, "main.js"), stripTypeScriptTypes(main));
        const failure = run(old ?? "", [join(folder, "main.js"), "--version"]);
        await expect(failure).rejects.toMatchObject({
          code: 2,
          stderr: expect.stringMatching(/^error: evalh needs Node 22\.\d+ or newer; this is Node \d+.*\nhint: .+\n$/u),
        });
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  );
});
