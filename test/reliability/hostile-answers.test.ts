import { spawn } from "node:child_process";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { describe, expect, it } from "vitest";

import { finished, makeProject, type Finished, type Project } from "../cli/project.ts";
import { answerOf, startOpenai } from "../fixtures/servers/openai.ts";
import { servedSuite } from "./served-suite.ts";

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

/** Texts that act on a terminal: clear it, set its title, its clipboard, links that lie, C1 controls, bells, direction. */
const HOSTILE = [
  "\u001b[2J\u001b[Hcleared",
  "\u001b]52;c;ZXZpbA==\u0007clipboard",
  "\u001b]8;;https://evil.example\u001b\\link\u001b]8;;\u001b\\",
  "\u001b]0;title\u0007",
  "\u009b31mc1 \u009d0;x\u009c",
  "abc\u202egnp.exe \u2066x\u2069 \u200fend",
  "bell\u0007 back\b\b\b\rover",
  "nul\u0000 vt\u000b ff\u000c del\u007f",
];

/** Everything that may act: all controls but line feed and tab, and what turns or hides text. */
const ACTS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\u200e\u200f]/;

const COMMANDS: readonly (readonly string[])[] = [
  ["run", "suite.yaml"],
  ["runs"],
  ["compare", "latest", "latest"],
  ["gate"],
  ["report", "--format", "markdown", "--output", "-"],
  ["report", "--format", "junit", "--output", "-"],
  ["report", "--format", "github-summary", "--output", "-"],
  ["report", "--format", "github-annotations", "--output", "-"],
  ["report", "--format", "github-comment", "--output", "-"],
  ["report", "--format", "gitlab-metrics", "--output", "-"],
  ["report", "--format", "prometheus", "--output", "-"],
  ["baseline", "update"],
  ["baseline", "show"],
  ["diagnose"],
];

const hostileOf = (number: number): string => HOSTILE[number % HOSTILE.length] ?? "";

async function withHostileRows(project: Project): Promise<void> {
  const rows = HOSTILE.map((text, i) => ({ id: `${i}${text}`, text: `ask ${i} ${text}`, answer: text, kind: text }));
  await project.write("data.jsonl", rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
}

describe("item 8: what a model, a dataset or a server says", () => {
  it("never acts on the terminal: no command prints a control character of theirs", async () => {
    await using server = await startOpenai((request) => {
      const answer = answerOf(request) as { choices: { message: { content: string } }[] };
      const [choice] = answer.choices;
      if (choice !== undefined) choice.message.content = hostileOf(request.number);
      // One sample ends in an error whose text is as bad.
      return request.number === 5
        ? { do: "answer", status: 400, json: { error: { message: HOSTILE.join(" ") } } }
        : { do: "answer", json: answer };
    });
    await using project = await makeProject({ suite: servedSuite(server.origin) });
    await withHostileRows(project);
    for (const args of COMMANDS) {
      const { stdout, stderr } = await project.run(...args);
      expect(stdout.length + stderr.length, args.join(" ")).toBeGreaterThan(0);
      expect(ACTS.exec(stdout + stderr), `evalh ${args.join(" ")}`).toBeNull();
    }
    // A table for other programs holds values as they are, unless it is shown on a terminal.
    const table = ["report", "--format", "csv", "--output", "-"];
    expect((await project.run(...table)).stdout).toContain(HOSTILE[0]);
    const shown = await onTerminal(project, table);
    expect(shown).toContain("␛[2J␛[Hcleared");
    expect(ACTS.exec(shown)).toBeNull();
  });
});

/** What a command prints where its output is a terminal. */
async function onTerminal(project: Project, args: readonly string[]): Promise<string> {
  const inProject = `process.chdir(${JSON.stringify(project.folder)}); process.stdout.isTTY = true;`;
  const preload = `data:text/javascript,${encodeURIComponent(inProject)}`;
  const child = spawn(process.execPath, ["--import", preload, main, ...args], {
    env: { ...process.env, NO_COLOR: "1" },
  });
  return (await finished(child)).stdout;
}

async function everyFile(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  const files: string[] = [];
  for (const name of names) if ((await stat(join(folder, name))).isFile()) files.push(join(folder, name));
  return files;
}

describe("item 14: a key", () => {
  const KEY = "sk-canary-4f9aQ7+/=";

  it("planted in the environment is in nothing that is written or printed, though a server sends it back", async () => {
    let rudeness = 0;
    await using server = await startOpenai((request) => {
      expect(request.headers.authorization).toBe(`Bearer ${KEY}`);
      // Every third request is refused in words that repeat the key, raw, encoded and in a header.
      if (rudeness++ % 3 !== 0) return undefined;
      const text = `no such right for ${KEY} / ${encodeURIComponent(KEY)} / ${Buffer.from(KEY).toString("base64")}`;
      return { do: "answer", status: 400, json: { error: { message: text } }, headers: { "x-echo": KEY } };
    });
    await using project = await makeProject({
      suite: servedSuite(server.origin, "model: m, api_key_env: CANARY_KEY"),
      env: { CANARY_KEY: KEY },
    });
    const spellings = [KEY, encodeURIComponent(KEY), Buffer.from(KEY).toString("base64")];
    const printed: [string, Finished][] = [];
    for (const args of [
      ["run", "suite.yaml", "--cache-served"],
      ["run", "suite.yaml", "--resume", "--jsonl"],
      ["gate", "--json"],
      ["report", "--format", "otel", "--output", "otel.jsonl"],
      ["report", "--format", "json", "--output", "report.json"],
      ["baseline", "update", "--accept", "x"],
      ["doctor"],
    ]) {
      printed.push([args.join(" "), await project.run(...args)]);
    }
    for (const [command, { stdout, stderr }] of printed) {
      for (const spelling of spellings) expect(stdout + stderr, command).not.toContain(spelling);
    }
    const files = await everyFile(project.folder);
    expect(files.length).toBeGreaterThan(8);
    // The check itself can find it.
    await project.write("planted.txt", `x ${KEY}`);
    const found: string[] = [];
    for (const file of await everyFile(project.folder)) {
      const bytes = await readFile(file);
      if (spellings.some((spelling) => bytes.includes(spelling))) found.push(file);
    }
    expect(found).toEqual([join(project.folder, "planted.txt")]);
  });
});
