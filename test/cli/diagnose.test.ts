import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import { describe, expect, it } from "vitest";

import { makeProject } from "./project.ts";

const fixtures = fileURLToPath(new URL("../fixtures/training/", import.meta.url));

interface Line {
  readonly verdict: string | null;
  readonly since: { readonly lo: number; readonly hi: number } | null;
  readonly ship: number | null;
  readonly equivalent: readonly number[];
  readonly evidence: readonly string[];
  readonly ship_by: string;
  readonly error?: { readonly code: string };
}

const LOSSES = [3, 2.2, 1.9, 2.1, 2.4, 2.9, 3.3].map((loss, i) => `${10 * (i + 1)},${3 - 0.45 * i},${loss}`).join("\n");

describe("evalh diagnose", () => {
  it("prints a line for each path, in order, also for one that cannot be read", async () => {
    await using place = await makeProject({ rows: 6 });
    await place.write("losses.csv", `step,train_loss,val_loss\n${LOSSES}\n`);
    const paths = ["losses.csv", "nothing.csv", `${fixtures}hf/diverged`, `${fixtures}keras/overfit`];
    const { code, stdout, stderr } = await place.run("diagnose", "--json", ...paths);
    const lines = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Line);
    expect(lines.map(({ verdict }) => verdict)).toEqual(["overfit", null, "diverged", "overfit"]);
    expect(lines[0]).toMatchObject({ since: { lo: 30, hi: 40 }, ship: 30, equivalent: [30], ship_by: "loss" });
    expect(lines[0]?.evidence[0]).toContain("validation loss lowest 1.9 at step 30, then up 73.7 % by step 70");
    expect(lines[1]?.error).toMatchObject({ code: "E_TRAINING_LOG" });
    // In a practitioner's words: what to look at.
    expect(lines[2]?.evidence.join("\n")).toContain("the learning rate was still rising");
    expect(code).toBe(2);
    expect(stderr).toContain("there is no training log at nothing.csv");
  }, 60_000);

  it("of a run tells what its answers say: the step to ship by the score, and who learned what", async () => {
    await using place = await makeProject({ rows: 6 });
    await place.write("losses.csv", `step,train_loss,val_loss\n${LOSSES}\n`);
    const suite = await readFile(`${place.folder}/suite.yaml`, "utf8");
    await place.write("suite.yaml", `${suite}training: { log: losses.csv }\n`);
    expect((await place.run("run", "suite.yaml", "--quiet", "--no-report")).code).toBe(0);
    const runs = `${place.folder}/.evalh/runs`;
    const folder = `${runs}/${(await readdir(runs))[0]}`;
    const found = JSON.parse((await place.run("diagnose", "--json", folder)).stdout) as Line & {
      readonly loss: { readonly ship: number };
    };
    expect(found.verdict).toBe("overfit");
    expect(found.ship_by).toBe("continue/exact_match");
    // Two checkpoints of the same weights: neither is better, and both are known to be as good.
    expect(found.equivalent).toEqual([10, 20]);
    expect(found.loss.ship).toBe(30);
    expect(found.evidence.join("\n")).toMatch(/continue\/exact_match, 6 samples over 2 checkpoints: \d always right/);
    const { stdout } = await place.run("diagnose", folder);
    expect(stdout).toContain("lowest evaluation loss at step 30");
  }, 60_000);
});
