import { execFile } from "node:child_process";
import { chmod, cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { describe, expect, it } from "vitest";

import { makeProject, SUITE } from "../cli/project.ts";
import { startOpenai } from "../fixtures/servers/openai.ts";
import { lookOf } from "../fixtures/servers/profiles.ts";
import { startKnownDelays } from "../fixtures/servers/start-known-delays.ts";

const guide = fileURLToPath(new URL("../../docs/guide/", import.meta.url));
const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

/** The shell commands of a page, in order. */
async function commandsOf(page: string): Promise<string[]> {
  const text = await readFile(join(guide, page), "utf8");
  return [...text.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap((match) => (match[1] ?? "").trim().split("\n"));
}

/** `evalh` on the PATH, as after an install. */
async function putOnPath(folder: string): Promise<string> {
  const bin = join(folder, ".bin");
  await mkdir(bin);
  await writeFile(join(bin, "evalh"), `#!/bin/sh\nexec "${process.execPath}" "${main}" "$@"\n`);
  await chmod(join(bin, "evalh"), 0o755);
  return `${bin}:${process.env["PATH"] ?? ""}`;
}

/** Gates that a page adds to the suite. */
async function gatesOf(page: string): Promise<string> {
  return /```yaml\n(gates:[\s\S]*?)```/.exec(await readFile(join(guide, page), "utf8"))?.[1] ?? "";
}

/** A trainer that a page adds to the suite. */
async function trainerOf(page: string): Promise<string> {
  return /```yaml\n(training:\n\s+trainer:[\s\S]*?)```/.exec(await readFile(join(guide, page), "utf8"))?.[1] ?? "";
}

/** Files that a page shows: blocks that begin with a comment naming one. */
async function filesOf(page: string): Promise<readonly (readonly [name: string, text: string])[]> {
  const text = await readFile(join(guide, page), "utf8");
  return [...text.matchAll(/```yaml\n# ([\w-]+\.yaml)\n([\s\S]*?)```/g)].map(
    ([, name = "", content = ""]) => [name, content] as const,
  );
}

describe("the guide", async () => {
  const pages = (await readdir(guide)).filter((name) => name.endsWith(".md") && name !== "README.md");

  it("has a page for every line of its table, and the other way round", async () => {
    const linked = [...(await readFile(join(guide, "README.md"), "utf8")).matchAll(/\]\(([\w-]+\.md)\)/g)].map(
      (match) => match[1],
    );
    expect(new Set(linked)).toEqual(new Set(pages));
  });

  it.each(pages)("shows commands that work: %s", async (page) => {
    await using project = await makeProject({ suite: `${SUITE}${await gatesOf(page)}${await trainerOf(page)}` });
    await project.write(
      "losses.csv",
      [
        "step,train_loss,val_loss",
        ...[3, 2.2, 1.9, 2.1, 2.4, 2.9, 3.3].map((loss, i) => `${i * 10},${3 - i * 0.45},${loss}`),
      ].join("\n"),
    );
    const interop = fileURLToPath(new URL("../fixtures/interop/", import.meta.url));
    await project.write("promptfoo-results.json", await readFile(join(interop, "promptfoo/legs.json"), "utf8"));
    const trainer = join(interop, "hf-trainer/summaries");
    await cp(trainer, join(project.folder, "output_dir"), { recursive: true });
    await project.write("test.jsonl", await readFile(join(trainer, "test.jsonl"), "utf8"));
    for (const [name, content] of await filesOf(page)) await project.write(name, content);
    const path = await putOnPath(project.folder);
    const run = (command: string): Promise<unknown> =>
      promisify(execFile)("sh", ["-c", command], {
        cwd: project.folder,
        env: { ...process.env, PATH: path, NO_COLOR: "1" },
      });
    await using server = await startKnownDelays({ ttft: 2, gap: 1, tokens: 4 });
    // A well-behaved server that also scores texts; `localhost` is one that takes a known time.
    await using scoring = await startOpenai(undefined, 0, { look: lookOf("vLLM") });
    const commands = (await commandsOf(page)).map((command) =>
      command.replace("http://localhost:8000/v1", server.url).replace("http://127.0.0.1:8000", scoring.origin),
    );
    expect(commands.length).toBeGreaterThan(0);
    // Pages may speak of a run that is there already.
    if (!commands[0]?.startsWith("evalh run suite.yaml")) await run("evalh run suite.yaml --quiet --no-report");
    if (commands[0]?.includes("--resume") === true) await run("evalh run suite.yaml --quiet --no-report");
    for (const command of commands) await run(command);
  });
});
