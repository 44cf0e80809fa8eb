import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { appendFile, cp, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { describe, expect, it } from "vitest";

import { finished, makeProject, SUITE, type Project } from "./project.ts";

const fixtures = fileURLToPath(new URL("../fixtures/", import.meta.url));
const trainer = join(fixtures, "trainers/overfitting.mjs");
const model = join(fixtures, "models/tiny-lm");

/** A suite whose training is a program that overfits from step 30 on. */
function suiteWith(flags: readonly string[], extra = ""): string {
  const command = [process.execPath, trainer, "{output}", model, ...flags];
  return `${SUITE.replace("checkpoints: checkpoints/", "checkpoints: out/")}training:
  trainer: command
  output: out
  command: ${JSON.stringify(command)}
  resume: [--from, "{checkpoint}"]
  stop_file: out/stop
${extra}`;
}

const project = (flags: readonly string[], extra = ""): Promise<Project> =>
  makeProject({ rows: 6, suite: suiteWith(flags, extra) });

const LOOK = ["--interval", "0.1", "--no-report"] as const;

interface Document {
  readonly verdict: { readonly kind: string };
  readonly ship: string;
  readonly checkpoints: readonly { readonly id: string; readonly step: number }[];
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error("it did not come to pass");
    await wait(50);
  }
}

describe("evalh train", () => {
  it("watches a training, stops it once it overfits, and keeps the checkpoint to ship", async () => {
    await using place = await project([]);
    const { code, stdout, stderr } = await place.run("train", ".", "--allow-code", "--json", ...LOOK);
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/stopping the training: overfit since step \d+/);
    expect(stderr).toMatch(/loss: overfit since step .*validation loss lowest 0.998 at step 30/);
    const found = JSON.parse(stdout) as Document;
    expect(found.verdict.kind).toBe("overfit");
    expect(found.checkpoints[0]?.id).toBe("tiny/checkpoint-0");
    // The trainer itself saw the request: it ended long before its 5000 steps, by its own will.
    const printed = await readFile(join(place.folder, "out/evalh/console.log"), "utf8");
    expect(printed).toMatch(/stops at \d+/);
    expect(found.checkpoints.at(-1)?.step).toBeLessThan(4000);
    const kept = await readdir(join(place.folder, "out/evalh/ship"));
    expect(kept).toEqual([found.ship.replace("tiny/", "")]);
    expect(existsSync(join(place.folder, "out/evalh/ship", kept[0] ?? "", "onnx"))).toBe(true);
  }, 180_000);

  it("item 7: says of a trainer that crashes why it did, and evaluates what it left", async () => {
    await using place = await project(["--crash-at", "45", "--delay", "2"]);
    const { code, stdout, stderr } = await place.run("train", ".", "--allow-code", "--stop-on", "none", ...LOOK);
    expect(code).toBe(3);
    expect(stderr).toContain("error: the trainer ended with exit code 1: RangeError: the loss has left the building");
    // What it printed is hostile: nothing of it acts on a terminal.
    expect(stderr).not.toContain("\u001b");
    expect(stdout).toContain("checkpoint-40");
    const runs = join(place.folder, ".evalh/runs");
    const manifest = await readFile(join(runs, (await readdir(runs))[0] ?? "", "run.json"), "utf8");
    expect(JSON.parse(manifest)).toMatchObject({ state: "incomplete", failures: { trainer: { code: "E_TRAINER" } } });
  }, 180_000);

  it("item 7: ends a trainer that hangs, deaf to its stop file, and evaluates what it left", async () => {
    await using place = await project(["--hang-at", "25", "--delay", "2"]);
    const { code, stdout, stderr } = await place.run("train", ".", "--allow-code", "--idle", "2", ...LOOK);
    expect(code).toBe(3);
    expect(stderr).toContain("error: the trainer hangs: it has logged and saved nothing for 2.0 s");
    expect(stdout).toContain("checkpoint-20");
    expect(existsSync(join(place.folder, "out/evalh/process.json"))).toBe(false);
  }, 180_000);

  it("item 6: Ctrl-C lets the trainer save, prints how to go on, and --resume goes on in both", async () => {
    await using place = await project(["--save-every", "10"]);
    const child = place.start("train", ".", "--allow-code", "--stop-on", "none", ...LOOK);
    const ended = finished(child);
    await until(() => existsSync(join(place.folder, "out/checkpoint-10")));
    child.kill("SIGINT");
    const first = await ended;
    expect(first.code, first.stderr).toBe(130);
    const [, resume = ""] = /^resume: evalh (.+)$/m.exec(first.stderr) ?? [];
    expect(resume).toMatch(/^train \. --allow-code --resume \.evalh\/runs\/quiz-/);
    const saved = (await readdir(join(place.folder, "out")))
      .flatMap((name) => /^checkpoint-(\d+)$/.exec(name)?.[1] ?? [])
      .map(Number)
      .toSorted((a, b) => a - b);
    const [last = 0] = saved.slice(-1);
    await place.write("suite.yaml", suiteWith(["--save-every", "10", "--steps", String(last + 12), "--delay", "1"]));
    const second = await place.run(...resume.split(" "), "--stop-on", "none", "--json", ...LOOK);
    expect(second.stderr).toContain(`going on from checkpoint-${last}`);
    // The suite's text has changed, but not what is asked: the run goes on.
    expect(second.code, second.stderr).toBe(0);
    const printed = await readFile(join(place.folder, "out/evalh/console.log"), "utf8");
    expect(printed.match(/begins at \d+/g)).toEqual(["begins at 0", `begins at ${last}`]);
    const found = JSON.parse(second.stdout) as Document;
    expect(found.checkpoints.map(({ step }) => step)).toEqual(expect.arrayContaining([0, ...saved]));
    expect(await readdir(join(place.folder, ".evalh/runs"))).toHaveLength(1);
  }, 240_000);

  it("starts nothing with --dry-run, without leave, or over another training", async () => {
    await using place = await project([]);
    const dry = await place.run("train", ".", "--dry-run", "--json");
    expect(JSON.parse(dry.stdout)).toMatchObject({
      format: "evalh-training-plan/1",
      trainer: "command",
      argv: [process.execPath, trainer, join(place.folder, "out"), model],
      stop_file: join(place.folder, "out/stop"),
      resume: null,
    });
    const refused = await place.run("train", ".");
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain("would start a program of its own");
    expect(existsSync(join(place.folder, "out"))).toBe(false);
    await place.write("suite.yaml", SUITE);
    expect((await place.run("train", ".")).stderr).toContain("names no trainer");
    await place.write(
      "suite.yaml",
      suiteWith([])
        .replace("checkpoints: out/", "checkpoints: checkpoints/")
        .replace("output: out", "output: checkpoints"),
    );
    const over = await place.run("train", ".", "--allow-code");
    expect(over.code).toBe(2);
    expect(over.stderr).toContain("holds 2 checkpoints of an earlier training");
  }, 60_000);

  it("says in one line that a program is missing", async () => {
    await using place = await project([]);
    await place.write("suite.yaml", suiteWith([]).replace(process.execPath, "no-such-program"));
    const { code, stderr } = await place.run("train", ".", "--allow-code");
    expect(code).toBe(2);
    expect(stderr).toContain("the trainer no-such-program cannot be started");
    expect(stderr).not.toContain("    at ");
  }, 60_000);
});

describe("evalh watch", () => {
  it("evaluates what is there with --once, and deletes what nothing needs only when told to", async () => {
    await using place = await makeProject({ rows: 6 });
    for (const step of [30, 40]) {
      const target = join(place.folder, `checkpoints/checkpoint-${step}`);
      await cp(model, target, { recursive: true });
      // Weights of its own for each, though they answer alike.
      await appendFile(join(target, "config.json"), " ".repeat(step));
    }
    const losses = [3, 2, 1.5, 1.8].map((loss, i) =>
      JSON.stringify({ step: 10 + 10 * i, loss: 3 - i, eval_loss: loss }),
    );
    await place.write("checkpoints/log.jsonl", `${losses.join("\n")}\n`);
    const dry = await place.run("watch", "checkpoints", "--once", "--prune", ...LOOK);
    expect(dry.code, dry.stderr).toBe(0);
    // 30 has the lowest loss and ships; the training would be resumed from 40.
    expect(dry.stdout).toContain("checkpoint to ship: checkpoints/evalh/ship/checkpoint-30");
    expect(dry.stderr).toContain("would delete checkpoints/checkpoint-10 ");
    expect(dry.stderr).not.toMatch(/checkpoint-[34]0 \(/);
    const real = await place.run("watch", "checkpoints", "--once", "--prune", "delete", ...LOOK);
    expect(real.stderr).toContain("deleted checkpoints/checkpoint-10 ");
    expect((await readdir(join(place.folder, "checkpoints"))).filter((name) => name.startsWith("checkpoint-"))).toEqual(
      ["checkpoint-30", "checkpoint-40"],
    );
  }, 90_000);

  it("stops a trainer that somebody else started, by its process", async () => {
    await using place = await project(["--save-every", "30"]);
    const flags = ["--save-every", "30"];
    const child = spawn(process.execPath, [trainer, join(place.folder, "out"), model, ...flags], { stdio: "ignore" });
    try {
      const stop = ["--stop-on", "overfit", "--stop-pid", String(child.pid)];
      const { code, stderr } = await place.run("watch", "out", ...stop, "--order", "best", ...LOOK);
      expect(code, stderr).toBe(0);
      expect(stderr).toContain("stopping the training: overfit");
      expect(child.exitCode).toBe(0);
    } finally {
      child.kill("SIGKILL");
    }
  }, 180_000);

  it("takes over a training whose evalh was killed, and stops it the way that its suite says", async () => {
    await using place = await project([]);
    const child = place.start("train", ".", "--allow-code", "--stop-on", "none", ...LOOK);
    const killed = finished(child);
    await until(() => existsSync(join(place.folder, "out/checkpoint-20")));
    child.kill("SIGKILL");
    await killed;
    const second = await place.run("train", ".", "--allow-code", "--resume");
    expect(second.stderr).toMatch(/process \d+ is already training into/);
    const { code, stderr } = await place.run("watch", "out", "--stop-on", "overfit", ...LOOK);
    expect(code, stderr).toBe(0);
    expect(stderr).toContain("stopping the training: overfit");
    expect(await readFile(join(place.folder, "out/evalh/console.log"), "utf8")).toMatch(/stops at \d+/);
  }, 180_000);

  it("explains what it lacks", async () => {
    await using place = await makeProject({ rows: 6 });
    expect((await place.run("watch", "nowhere", "--once")).stderr).toContain("there is no folder nowhere");
    const unstoppable = await place.run("watch", "checkpoints", "--stop-on", "overfit");
    expect(unstoppable.code).toBe(2);
    expect(unstoppable.stderr).toContain("--stop-file");
    expect((await place.run("watch", "checkpoints", "--stop-on", "overfitt")).stderr).toContain("there are overfit");
    const program = "backend: command\n    options: { command: [node, ask.mjs] }";
    await place.write("suite.yaml", SUITE.replace("backend: onnx", program));
    expect((await place.run("watch", "checkpoints", "--device", "cuda:1")).stderr).toContain('no option "device"');
  }, 180_000);
});
