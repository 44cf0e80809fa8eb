import { readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";

import { describe, expect, it } from "vitest";

import type { TrainerCommand } from "../../../src/training/trainer/command-line.ts";
import { trainingFiles } from "../../../src/training/trainer/command-line.ts";
import { complaintOf, runningTrainer, startTrainer } from "../../../src/training/trainer/trainer-process.ts";
import { temporaryFolder } from "../temporary-folder.ts";

/** A program of Node as a trainer. */
function program(text: string, cwd: string, stopFile: string | null = null): TrainerCommand {
  return { argv: [process.execPath, "-e", text], cwd, stopFile, stopSignal: "SIGINT" };
}

const env = { PATH: process.env["PATH"] };

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error("it did not come to pass");
    await wait(20);
  }
}

const printed = (output: string): string => {
  try {
    return readFileSync(trainingFiles.console(output), "utf8");
  } catch {
    return "";
  }
};

const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe("a trainer's process", () => {
  it("has its environment, its working folder, its log and its exit code", async () => {
    using place = temporaryFolder();
    const text = `console.log(process.cwd(), process.env.LR); console.error("on stderr"); process.exit(7)`;
    const command = program(text, place.path);
    const trainer = await startTrainer({ command, output: place.path, env: { ...env, LR: "0.1" } });
    const exit = await trainer.exited;
    expect(exit).toMatchObject({ code: 7, signal: null, orphans: 0 });
    expect(exit.tail).toContain(`${place.path} 0.1\n`);
    expect(printed(place.path)).toContain("on stderr");
    expect(complaintOf(exit)).toContain("ended with exit code 7");
    expect(await runningTrainer(place.path)).toBeNull();
  });

  it("passes every argument as it is: no shell sees it", async () => {
    using place = temporaryFolder();
    const odd = `$(touch hacked); "quoted" 'single' --flag`;
    const argv = [process.execPath, "-e", "console.log(process.argv[1])", odd] as const;
    const command: TrainerCommand = { argv: [...argv], cwd: place.path, stopFile: null, stopSignal: "SIGINT" };
    const { tail } = await (await startTrainer({ command, output: place.path, env })).exited;
    expect(tail).toBe(`${odd}\n`);
  });

  it("is asked to stop by its file, which says why", async () => {
    using place = temporaryFolder();
    const file = `${place.path}/stop-here`;
    const text = `const fs=require("fs"); setInterval(()=>{ if(fs.existsSync("stop-here")){ console.log(fs.readFileSync("stop-here","utf8")); process.exit(0) } }, 20)`;
    const trainer = await startTrainer({ command: program(text, place.path, file), output: place.path, env });
    const exit = await trainer.stop({ reason: "overfit since step 30", save: true });
    expect(exit).toMatchObject({ code: 0, signal: null });
    expect(JSON.parse(exit.tail)).toEqual({ reason: "overfit since step 30", save: true });
  });

  it("refuses a second one in the same folder", async () => {
    using place = temporaryFolder();
    const first = await startTrainer({
      command: program("setInterval(()=>{},1000)", place.path),
      output: place.path,
      env,
    });
    expect(await runningTrainer(place.path)).toEqual({ pid: first.pid, stopFile: null, stopSignal: "SIGINT" });
    await expect(startTrainer({ command: program("1", place.path), output: place.path, env })).rejects.toMatchObject({
      code: "E_RUN_LOCKED",
      message: expect.stringContaining(`process ${first.pid}`) as string,
    });
    expect(await first.stop({ reason: "test", save: false })).toMatchObject({ signal: "SIGINT" });
  });

  it("item 7: that hangs, deaf to its file and to SIGTERM, is killed with all it started", async () => {
    using place = temporaryFolder();
    const text = `
      process.on("SIGTERM", () => console.log("deaf"));
      const { pid } = require("child_process").spawn(process.execPath, ["-e", "setInterval(()=>{},1000)"], { detached: true, stdio: "ignore" });
      console.log("child", pid);
      setInterval(()=>{},1000)`;
    const command = program(text, place.path, `${place.path}/stop`);
    const trainer = await startTrainer({ command, output: place.path, env, politeMs: 100, termMs: 300 });
    await until(() => /child \d+/.test(printed(place.path)));
    const child = Number(/child (\d+)/.exec(printed(place.path))?.[1]);
    expect(isRunning(child)).toBe(true);
    const exit = await trainer.stop({ reason: "test", save: false });
    expect(exit).toMatchObject({ code: null, signal: "SIGKILL" });
    expect(printed(place.path)).toContain("deaf");
    // The child had put itself into a session of its own, where no signal to the group reaches it.
    await until(() => !isRunning(child));
  });

  it("item 7: that ends and leaves processes behind has them ended, and says how many", async () => {
    using place = temporaryFolder();
    const text = `require("child_process").spawn(process.execPath, ["-e", "setInterval(()=>{},1000)"], { detached: true, stdio: "ignore" }).unref()`;
    const trainer = await startTrainer({ command: program(text, place.path), output: place.path, env });
    expect(await trainer.exited).toMatchObject({ code: 0, orphans: 1 });
  }, 30_000);
});

describe("what a trainer complains of", () => {
  const exit = (tail: string) => complaintOf({ code: 1, signal: null, tail, orphans: 0 });

  it("is its error line, the last line of a traceback, or the last line", () => {
    expect(exit("Traceback (most recent call last):\n  File x\nValueError: no\n")).toBe(
      "ended with exit code 1: ValueError: no",
    );
    expect(exit("error: the model is gone\ntorch.distributed.elastic: failed\n")).toContain(": the model is gone");
    expect(exit("torch.OutOfMemoryError: CUDA out of memory\nE1127 agent.py failed\n")).toContain("CUDA out of memory");
    expect(exit("step 1\nstep 2\n\n")).toBe("ended with exit code 1: step 2");
    expect(exit("")).toBe("ended with exit code 1");
  });
});
