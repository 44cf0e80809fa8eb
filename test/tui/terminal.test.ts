import { execFile } from "node:child_process";
import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { afterAll, beforeAll, describe, expect, it, test } from "vitest";

import { makeProject, type Project } from "../cli/project.ts";
import { answerTo, makeRun } from "../fixtures/runs/make-run.ts";
import { hasTmux, pseudoTerminal } from "./pseudo-terminal.ts";
import { TOY } from "./toy-run.ts";

const ATTACK = "\u001b]0;pwned\u0007\u001b[2J\u001b[?1049l\u009b5A\u001b[31mred";

if (!hasTmux) console.warn("tmux is not installed: the screens are not tested in a real terminal");

describe.skipIf(!hasTmux)("the screens in a real terminal", () => {
  let folder: string;

  beforeAll(async () => {
    folder = await makeRun(TOY);
  });

  afterAll(() => rm(dirname(folder), { recursive: true }));

  test("start, move, filter, open a sample, follow a resize, quit, and leave the terminal as it was", async () => {
    using terminal = pseudoTerminal({ cwd: folder, args: ["tui", folder] });
    await terminal.shows("▶ ship checkpoint-20");
    expect(terminal.fact("alternate_on")).toBe("1");
    expect(terminal.coloured()).toMatch(/\u001b\[[\d;]*3[36]m/u);
    await terminal.keys("2", "j");
    await terminal.shows(/▸ quiz\/rouge1/u);
    await terminal.keys("k", "b");
    await terminal.shows(/1\/30/u);
    await terminal.keys("/", "Space", "i", "d", ":", "q", "3", "Enter");
    await terminal.shows(/1\/1 .*quiz\/q3/u);
    await terminal.keys("Enter");
    await terminal.shows(/int8-20 +100\.0/u);
    terminal.resize(64, 16);
    const small = await terminal.shows(/J ↓ \d+ more/u);
    expect(small.trimEnd().split("\n")).toHaveLength(16);
    terminal.resize(180, 50);
    const large = await terminal.shows(/diff: base ╮/u);
    expect(large.trimEnd().split("\n")).toHaveLength(50);
    // At another size than it began with, tmux itself leaves parts of any full-screen program behind.
    terminal.resize(100, 30);
    await terminal.shows(/J ↓ \d+ more|diff: base/u);
    await terminal.keys("A");
    await terminal.shows(/1 sample for people: `evalh human export --queue`/u);
    await terminal.keys("y", "q");
    const text = await terminal.ended();
    expect(text).toMatch(/^before$/mu);
    expect(text.replaceAll("\n", "")).toContain("report.html#s=quiz/q3&c=toy/checkpoint-30");
    expect(text).toMatch(/ended 0/u);
    expect([terminal.fact("alternate_on"), terminal.fact("cursor_flag")]).toEqual(["0", "1"]);
  });

  test("Ctrl-C leaves with 130, the terminal as it was", async () => {
    using terminal = pseudoTerminal({ cwd: folder, args: ["tui", folder] });
    await terminal.shows("▶ ship checkpoint-20");
    await terminal.keys("C-c");
    expect(await terminal.ended()).toMatch(/before\n[^]*ended 130/u);
    expect([terminal.fact("alternate_on"), terminal.fact("cursor_flag")]).toEqual(["0", "1"]);
  });

  test("what a model wrote does not act on the terminal", async () => {
    const hostile = await makeRun({
      ...TOY,
      checkpoints: [
        { name: "checkpoint-10", step: 10, answer: (i) => ATTACK + answerTo(i) },
        { name: `checkpoint-20${ATTACK}`, step: 20, answer: answerTo },
      ],
    });
    using terminal = pseudoTerminal({ cwd: folder, args: ["tui", hostile] });
    await terminal.shows("Checkpoints");
    const title = terminal.fact("pane_title");
    await terminal.keys("3", "h", "h");
    await terminal.shows("␛]0;pwned␇␛[2J␛[?1049l⟨U+009B⟩5A␛[31mred");
    await terminal.keys("Enter", "2", "4", "1");
    await terminal.shows("[Run]");
    expect(terminal.fact("pane_title")).toBe(title);
    expect(terminal.fact("alternate_on")).toBe("1");
    await terminal.keys("q");
    await terminal.ended();
    await rm(dirname(hostile), { recursive: true });
  });

  test("NO_COLOR means none", async () => {
    using terminal = pseudoTerminal({ cwd: folder, args: ["tui", folder], env: { NO_COLOR: "1" } });
    await terminal.shows("▶ ship checkpoint-20");
    await terminal.keys("2");
    await terminal.shows("[Compare]");
    expect(terminal.coloured()).not.toContain("\u001b[");
    await terminal.keys("q");
    await terminal.ended();
  });

  test("a screen reader gets sentences on the terminal's own screen", async () => {
    using terminal = pseudoTerminal({ cwd: folder, args: ["tui", folder], env: { INK_SCREEN_READER: "true" } });
    await terminal.shows("Run of toy. Verdict: overfit.");
    expect(terminal.fact("alternate_on")).toBe("0");
    await terminal.keys("2", "j");
    await terminal.shows("quiz/rouge1, checkpoint-30:");
    await terminal.keys("q");
    expect(await terminal.ended()).toMatch(/ended 0/u);
  });
});

describe.skipIf(!hasTmux)("evalh run --ui in a real terminal", () => {
  let project: Project;

  beforeAll(async () => {
    project = await makeProject({ rows: 400 });
  });

  afterAll(() => project[Symbol.asyncDispose]());

  test("shows the run, then its results, and prints them once one has left", async () => {
    using terminal = pseudoTerminal({ cwd: project.folder, args: ["run", "suite.yaml", "--ui", "--limit", "40"] });
    await terminal.shows("[Run]");
    await terminal.shows("▶ ship");
    await terminal.keys("2");
    await terminal.shows("[Compare]");
    await terminal.keys("q");
    const text = await terminal.ended();
    expect(text).toContain("report: .evalh/runs/quiz-");
    expect(text).toContain("ended 0");
    expect(terminal.fact("alternate_on")).toBe("0");
  });

  test("goes on as plain lines when one leaves it", async () => {
    using terminal = pseudoTerminal({ cwd: project.folder, args: ["run", "suite.yaml", "--ui", "-c", "1"] });
    await terminal.shows(/\d+% .*\/1.600/u);
    await terminal.keys("q");
    await terminal.shows(/ [█▏▎▍▌▋▊▉·]+ .*ETA|report: /u);
    expect(terminal.fact("alternate_on")).toBe("0");
    expect(await terminal.ended()).toContain("ended 0");
  });

  test("Ctrl-C stops the run, says how to continue it, and exits with 130", async () => {
    using terminal = pseudoTerminal({ cwd: project.folder, args: ["run", "suite.yaml", "--ui", "-c", "1"] });
    await terminal.shows(/\d+% .*\/1.600/u);
    await terminal.keys("C-c");
    const text = await terminal.ended();
    expect(text).toContain("resume: evalh run suite.yaml --resume");
    expect(text).toContain("ended 130");
    expect([terminal.fact("alternate_on"), terminal.fact("cursor_flag")]).toEqual(["0", "1"]);
  });
});

describe("without a terminal", () => {
  const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

  it("evalh tui says so and what to do instead", async () => {
    const failed = (await promisify(execFile)(process.execPath, [main, "tui"], { encoding: "utf8" }).catch(
      (error: unknown) => error,
    )) as { readonly code: number; readonly stderr: string };
    expect(failed.code).toBe(2);
    expect(failed.stderr).toMatch(
      /^error: the screens need a terminal: standard \w+ is not a terminal\n hint: `evalh compare`/u,
    );
  });

  it("evalh run --ui shows plain progress", async () => {
    await using project = await makeProject();
    const { code, stdout, stderr } = await project.run("run", "suite.yaml", "--ui", "--no-report");
    expect(code).toBe(0);
    expect(stderr).toContain("note: --ui shows plain progress here: standard");
    expect(stdout).toContain("▶ ship");
    expect(stdout).not.toContain("\u001b");
  });
});
