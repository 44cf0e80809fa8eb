import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { commands } from "../../src/cli/command/index.ts";
import { runCli } from "../../src/cli/program.ts";

async function scriptFor(shell: string): Promise<string> {
  const written: string[] = [];
  const stream = { write: (text: string) => written.push(text) > 0, isTTY: false };
  const io = { stdout: stream, stderr: stream } as unknown as Parameters<typeof runCli>[1];
  expect(await runCli(["completion", shell], io)).toBe(0);
  return written.join("");
}

function has(shell: string): boolean {
  return spawnSync(shell, ["-c", "true"]).status === 0;
}

const folder = mkdtempSync(join(tmpdir(), "evalh-completion-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("evalh completion", () => {
  const file = join(folder, "evalh.bash");
  beforeAll(async () => writeFileSync(file, await scriptFor("bash")));

  /** What bash itself offers behind these words, the last of them begun. */
  const offered = (...words: string[]): string[] => {
    const line = `source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _evalh; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const text = execFileSync("bash", ["-c", line, file, "evalh", ...words], { encoding: "utf8" });
    return text.split("\n").filter((each) => each !== "");
  };

  it("offers every command, and those that begin like the word", () => {
    expect(offered("")).toEqual(expect.arrayContaining(Object.keys(commands)));
    expect(offered("ba")).toEqual(["baseline"]);
  });

  it("offers what follows a command: subcommands, options, an option's values", () => {
    expect(offered("human", "")).toEqual(expect.arrayContaining(["export", "rate", "serve", "stats"]));
    expect(offered("report", "--emb")).toEqual(["--embed"]);
    expect(offered("report", "latest", "--embed", "")).toEqual(["changed", "all", "none"]);
    expect(offered("completion", "")).toEqual(expect.arrayContaining(["bash", "zsh", "fish"]));
  });

  it("leaves files to the shell", () => {
    expect(offered("run", "sui")).toEqual([]);
    expect(offered("report", "--output", "")).toEqual([]);
  });

  it.each(["zsh", "fish"])("writes what %s reads, with every command and its meaning", async (shell) => {
    const script = await scriptFor(shell);
    for (const [name, { summary }] of Object.entries(commands)) {
      expect(script).toContain(name);
      expect(script).toContain(summary.slice(0, summary.indexOf("'") === -1 ? undefined : summary.indexOf("'")));
    }
    if (!has(shell)) {
      console.warn(`${shell} is not installed: its script was not read by it`);
      return;
    }
    const path = join(folder, `evalh.${shell}`);
    writeFileSync(path, script);
    execFileSync(shell, ["-n", path]);
  });
});
