import { once } from "node:events";
import { rm } from "node:fs/promises";
import { dirname } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { answerTo, makeRun } from "../fixtures/runs/make-run.ts";
import { finished, makeProject, type Project } from "./project.ts";

describe("evalh view", () => {
  let project: Project;
  let folder: string;

  beforeAll(async () => {
    project = await makeProject({ rows: 1 });
    folder = await makeRun({ n: 5, checkpoints: [{ name: "checkpoint-1", step: 1, answer: answerTo }] });
  });

  afterAll(async () => {
    await project[Symbol.asyncDispose]();
    await rm(dirname(folder), { recursive: true });
  });

  it("prints the address of the run's page, serves it, and ends with 130 at Ctrl-C", async () => {
    const child = project.start("view", folder, "--no-open");
    const ended = finished(child);
    const [line] = (await once(child.stdout ?? child, "data")) as [Buffer];
    const url = line.toString().trim();
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{32}\/$/u);
    expect(await (await fetch(url)).text()).toContain("<title>toy: ");
    const port = new URL(url).port;
    expect(await project.run("view", folder, "--no-open", "--port", port)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        new RegExp(`^error: cannot serve on port ${port}: .*EADDRINUSE[^\\n]*\\n hint: `, "u"),
      ) as string,
    });
    child.kill("SIGINT");
    expect(await ended).toMatchObject({ code: 130, stdout: `${url}\n` });
    await expect(fetch(url)).rejects.toThrow("fetch failed");
  });

  it("says what is wrong with a run or a port that there is not", async () => {
    const noRun = await project.run("view", "nothing", "--no-open");
    expect(noRun.code).toBe(2);
    expect(noRun.stderr).toMatch(/^error: there is no run "nothing"/u);
    const noPort = await project.run("view", folder, "--port", "99999", "--no-open");
    expect(noPort.code).toBe(2);
    expect(noPort.stderr).toMatch(/^error: cannot serve on port 99999/u);
  });
});
