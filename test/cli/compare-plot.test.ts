import { rm } from "node:fs/promises";
import { dirname } from "node:path";

import { afterAll, beforeAll, expect, it } from "vitest";

import { answerTo, makeRun } from "../fixtures/runs/make-run.ts";
import { TOY } from "../tui/toy-run.ts";
import { makeProject, type Project } from "./project.ts";

let project: Project;
let folder: string;

beforeAll(async () => {
  project = await makeProject({ rows: 1 });
  folder = await makeRun(TOY);
});

afterAll(async () => {
  await project[Symbol.asyncDispose]();
  await rm(dirname(folder), { recursive: true });
});

it("draws losses and scores over the steps below the table, without a terminal", async () => {
  const { code, stdout } = await project.run("compare", folder, "--plot");
  expect(code).toBe(0);
  expect(stdout.indexOf("Loss ⠒train ●eval")).toBeGreaterThan(stdout.indexOf("▶ ship"));
  const plots = stdout.slice(stdout.indexOf("╭"));
  for (const title of ["Loss", "quiz/exact_match", "quiz/rougeL"]) expect(plots).toContain(title);
  expect(plots).toMatch(/[⠁-⣿]/u);
  expect(plots).toContain("▶20");
  expect(Math.max(...plots.split("\n").map((line) => line.length))).toBeLessThanOrEqual(100);
  expect(stdout).not.toContain("\u001b");
});

it("says why there is nothing to draw, or nothing to be drawn", async () => {
  const bare = await makeRun({ n: 3, checkpoints: [{ name: "served", step: null, answer: answerTo }] });
  const nothing = await project.run("compare", bare, "--plot");
  expect(nothing.stdout).toContain("nothing to draw: the checkpoints have no steps");
  const two = await project.run("compare", folder, folder, "--plot");
  expect(two.code).toBe(2);
  expect(two.stderr).toContain("two runs have no step in common");
  expect((await project.run("compare", folder, "--plot", "--json")).code).toBe(2);
  await rm(dirname(bare), { recursive: true });
});
