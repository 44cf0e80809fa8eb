import { spawn } from "node:child_process";
import { delimiter } from "node:path";
import { fileURLToPath } from "node:url";

import { describe, expect, it } from "vitest";

import { resourceUse } from "../../src/compare/resources.ts";
import { readRun } from "../../src/compare/run-data.ts";
import { findRun } from "../../src/run/store/run-folder.ts";
import { fakeNvidiaSmi, gpuLine } from "../gpu/fake-nvidia-smi.ts";
import { finished, makeProject, type Finished } from "./project.ts";

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/nvidia-smi/${name}`, import.meta.url));
const before = (folder: string): string => `${folder}${delimiter}${process.env["PATH"] ?? ""}`;

function evalh(args: readonly string[], where: { readonly path: string; readonly cwd?: string }): Promise<Finished> {
  const env = { ...process.env, PATH: where.path, NO_COLOR: "1" };
  const cwd = where.cwd ?? process.cwd();
  return finished(spawn(process.execPath, [main, ...args], { env, cwd }));
}

async function parsed(file: string): Promise<unknown> {
  const { code, stdout } = await evalh(["gpu", "--from", fixture(file), "--json"], { path: "/nowhere" });
  expect(code).toBe(0);
  return JSON.parse(stdout);
}

describe("evalh gpu", () => {
  it("parses every kind of captured output", async () => {
    const uuid = "GPU-00000000-1111-2222-3333-444455556666";
    expect(await parsed("q_x_two_training_v13.xml")).toMatchObject({
      format: "evalh-gpu/1",
      source: "xml",
      gpus: [
        {
          index: 0,
          gpu_utilization: 99,
          power: { draw: 688.41, limit: 700 },
          processes: [{ pid: 21_180, memory: 61_220 }],
        },
        { index: 1, gpu_utilization: 0, throttle_reasons: ["gpu_idle"] },
      ],
      problems: [],
    });
    expect(await parsed("q_x_mig_v12.xml")).toMatchObject({
      gpus: [{ gpu_utilization: null, mig: { enabled: true, devices: [{ gpu_instance: 2 }, { gpu_instance: 3 }] } }],
    });
    expect(await parsed("query_gpu_two.csv")).toMatchObject({ source: "gpu-csv", gpus: [{ uuid }, { index: 1 }] });
    expect(await parsed("query_compute_apps.csv")).toMatchObject({
      source: "process-csv",
      gpus: [],
      processes: [{ gpu_uuid: uuid, pid: 21_180, memory: 61_220 }, { pid: 21_198 }],
    });
    expect(await parsed("dmon.txt")).toMatchObject({
      source: "dmon",
      gpus: [{ index: 0, power: { draw: 635 }, temperature: { gpu: 65 }, clocks: { sm: 1980 } }],
      rows: [{ pwr: 631 }, {}, {}, {}, { pwr: 635 }],
    });
    expect(await parsed("pmon.txt")).toMatchObject({ source: "pmon", processes: [{ gpu: 0, name: "memhog" }, {}] });
  });

  it("refuses a file that is no output of nvidia-smi, in three lines", async () => {
    const { code, stderr } = await evalh(["gpu", "--from", fixture("query_gpu.cmd"), "--json"], { path: "/nowhere" });
    expect(code).toBe(2);
    expect(stderr).toContain("no output of nvidia-smi that evalh knows");
    expect(stderr.trim().split("\n")).toHaveLength(3);
  });

  it("says in one line that there is no GPU, which is no failure", async () => {
    const { code, stdout, stderr } = await evalh(["gpu"], { path: "/nowhere" });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout.trim().split("\n")).toHaveLength(1);
    const json = await evalh(["gpu", "--json"], { path: "/nowhere" });
    expect(JSON.parse(json.stdout)).toMatchObject({
      gpus: [],
      problems: ["there is no GPU to look at: nvidia-smi cannot be run"],
    });
  });

  it("shows a table of the GPUs that are there", async () => {
    await using tool = await fakeNvidiaSmi(`cat ${fixture("q_x_two_training_v13.xml")}`);
    const { code, stdout } = await evalh(["gpu"], { path: before(tool.folder) });
    expect(code).toBe(0);
    expect(stdout).toMatch(/0 +NVIDIA H100 80GB HBM3 +99 % +57 % +61234 of 81559 +688 of 700 +67 +1755 +sw_power_cap/);
    expect(stdout).toContain("pid 21180  61220 MiB");
    expect(stdout).toMatch(/1 +NVIDIA.* idle\n/);
  });

  it("item 19: ends with 3 where the tool fails", async () => {
    await using tool = await fakeNvidiaSmi(
      `echo "Unable to determine the device handle for GPU0: GPU is lost."; exit 15`,
    );
    const { code, stderr } = await evalh(["gpu"], { path: before(tool.folder) });
    expect(code).toBe(3);
    expect(stderr).toContain("GPU is lost");
  });
});

describe("a run on a machine with a GPU", () => {
  it("keeps its samples, and knows what each checkpoint took", async () => {
    await using tool = await fakeNvidiaSmi(`while true; do echo "${gpuLine({ power: "100.00" })}"; sleep 0.05; done`);
    await using project = await makeProject();
    // The checkpoints are alike: from the cache the second would generate nothing.
    const run = await evalh(["run", "suite.yaml", "--quiet", "--no-report", "--no-cache"], {
      path: before(tool.folder),
      cwd: project.folder,
    });
    expect(run).toMatchObject({ code: 0, stderr: "" });
    const used = await resourceUse(await readRun(await findRun("latest", `${project.folder}/.evalh/runs`)));
    expect(used?.warnings).toEqual([]);
    expect(used?.gpus).toMatchObject([{ gpu: 0, name: "Pretend GPU", peakMemory: 2048, utilization: 93 }]);
    expect(used?.checkpoints.map(({ checkpoint }) => checkpoint)).toEqual(["tiny/checkpoint-10", "tiny/checkpoint-20"]);
    for (const { seconds, joules, gapSeconds, tokens, joulesPerToken } of used?.checkpoints ?? []) {
      expect(joules + 100 * gapSeconds).toBeCloseTo(100 * seconds, 3);
      expect(tokens).toBeGreaterThan(0);
      if (gapSeconds === 0) expect(joulesPerToken).toBeCloseTo(joules / tokens, 9);
    }
  });

  it("item 19: goes on when the tool dies, and says what is lost", async () => {
    await using tool = await fakeNvidiaSmi(`echo "${gpuLine()}"; echo "driver is gone" >&2; exit 9`);
    await using project = await makeProject();
    const { code, stderr } = await evalh(["run", "suite.yaml", "--quiet", "--no-report"], {
      path: before(tool.folder),
      cwd: project.folder,
    });
    expect(code).toBe(0);
    expect(stderr).toContain("warning: nvidia-smi ended with exit code 9: driver is gone; it is started again");
  });

  it("has none where there is no nvidia-smi", async () => {
    await using project = await makeProject();
    await project.run("run", "suite.yaml", "--quiet", "--no-report");
    expect(await resourceUse(await readRun(await findRun("latest", `${project.folder}/.evalh/runs`)))).toBeNull();
  });
});
