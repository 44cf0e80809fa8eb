import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { afterAll, describe, expect, it } from "vitest";

import { readGpus, sampleGpus } from "../../gpu/nvidia-smi.ts";
import { GPU_FIELDS, parseGpuCsv, parseProcessCsv } from "../../gpu/nvidia-smi-csv.ts";
import { parseNvidiaSmiTable } from "../../gpu/nvidia-smi-table.ts";
import { numberValue, textValue } from "../../gpu/nvidia-smi-value.ts";
import { parseNvidiaSmiXml } from "../../gpu/nvidia-smi-xml.ts";

const FIXTURES = fileURLToPath(new URL("../fixtures/nvidia-smi", import.meta.url));
const fixture = (name: string): string => readFileSync(join(FIXTURES, name), "utf8");
const UUID = "GPU-00000000-1111-2222-3333-444455556666";

describe("nvidia-smi's values", () => {
  it("item 19: are null for every way of saying that there is none", () => {
    const none = [
      "N/A",
      "[N/A]",
      "[Not Supported]",
      "[Requested functionality has been deprecated]",
      "ERR!",
      "[Unknown Error]",
      "[GPU is lost]",
      "[Insufficient Permissions]",
      "-",
      "",
      "None",
      undefined,
    ];
    expect(none.map(textValue)).toEqual(none.map(() => null));
    expect(none.map(numberValue)).toEqual(none.map(() => null));
  });

  it("are numbers with and without units, zero among them", () => {
    expect(["0 %", "59 MiB", "688.41 W", "0x0000000000000004", "0 us", "-5 C", "81559"].map(numberValue)).toEqual([
      0, 59, 688.41, 4, 0, -5, 81_559,
    ]);
    expect(["P0", "1.2.3", "0xzz"].map(numberValue)).toEqual([null, null, null]);
  });
});

describe("nvidia-smi's XML", () => {
  it("of two GPUs in training tells load, power, throttling and processes", () => {
    const { gpus, problems } = parseNvidiaSmiXml(fixture("q_x_two_training_v13.xml"));
    expect(problems).toEqual([]);
    expect(gpus).toHaveLength(2);
    expect(gpus[0]).toEqual({
      index: 0,
      uuid: UUID,
      name: "NVIDIA H100 80GB HBM3",
      driverVersion: "590.48.01",
      gpuUtilization: 99,
      memoryUtilization: 57,
      memory: { total: 81_559, used: 61_234, reserved: 551, free: 19_774 },
      temperature: { gpu: 67, memory: 78 },
      power: { draw: 688.41, instant: 688.41, limit: 700 },
      clocks: { sm: 1755, memory: 2619 },
      throttleReasons: ["sw_power_cap"],
      throttledMicroseconds: {
        sw_power_cap: 912_334_455,
        sync_boost: 0,
        sw_thermal_slowdown: 0,
        hw_thermal_slowdown: 0,
        hw_power_brake_slowdown: 0,
      },
      fanSpeed: null,
      performanceState: "P0",
      uncorrectedErrors: 0,
      mig: { enabled: false, devices: [] },
      processes: [
        {
          pid: 21_180,
          type: "C",
          name: "/opt/venv/bin/python3.12",
          memory: 61_220,
          gpuInstance: null,
          computeInstance: null,
        },
      ],
    });
    expect(gpus[1]).toMatchObject({ index: 1, gpuUtilization: 0, throttleReasons: ["gpu_idle"], processes: [] });
  });

  it("of a single idle GPU in the older document type is a list of one, with zeros as zeros", () => {
    const { gpus } = parseNvidiaSmiXml(fixture("q_x_one_idle_v12.xml"));
    expect(gpus).toHaveLength(1);
    expect(gpus[0]).toMatchObject({
      gpuUtilization: 0,
      memory: { used: 0 },
      power: { draw: 71.2, instant: null, limit: 700 },
      throttledMicroseconds: null,
      processes: [],
    });
  });

  it("item 19: of a sliced GPU has no utilisation, but the memory of each slice and its processes", () => {
    const [gpu] = parseNvidiaSmiXml(fixture("q_x_mig_v12.xml")).gpus;
    expect(gpu).toMatchObject({ gpuUtilization: null, mig: { enabled: true } });
    expect(gpu?.mig.devices.map(({ gpuInstance, memory }) => [gpuInstance, memory.used, memory.total])).toEqual([
      [2, 26, 40_448],
      [3, 7484, 20_096],
    ]);
    expect(gpu?.processes).toEqual([
      { pid: 21_198, type: "C", name: "./gpu_burn", memory: 7484, gpuInstance: 3, computeInstance: 0 },
    ]);
  });

  it("of the oldest document type is understood too", () => {
    const xml =
      "<nvidia_smi_log><driver_version>470.1</driver_version><gpu><clocks_throttle_reasons><clocks_throttle_reason_gpu_idle>Not Active</clocks_throttle_reason_gpu_idle>" +
      "<clocks_throttle_reason_hw_thermal_slowdown>Active</clocks_throttle_reason_hw_thermal_slowdown></clocks_throttle_reasons>" +
      "<power_readings><power_draw>30.5 W</power_draw><power_limit>70.00 W</power_limit></power_readings>" +
      "<ecc_errors><volatile><single_bit><total>5</total></single_bit><double_bit><total>2</total></double_bit></volatile></ecc_errors></gpu></nvidia_smi_log>";
    expect(parseNvidiaSmiXml(xml).gpus[0]).toMatchObject({
      power: { draw: 30.5, instant: null, limit: 70 },
      throttleReasons: ["hw_thermal_slowdown"],
      uncorrectedErrors: 2,
      uuid: null,
      memory: { total: null },
    });
  });

  it("without GPUs is an empty list, and anything else an error with what was printed", () => {
    expect(parseNvidiaSmiXml("<nvidia_smi_log><attached_gpus>0</attached_gpus></nvidia_smi_log>").gpus).toEqual([]);
    expect(() => parseNvidiaSmiXml("<html></html>")).toThrow("<html> where <nvidia_smi_log> was expected");
    const whole = fixture("q_x_one_idle_v12.xml");
    expect(() => parseNvidiaSmiXml(whole.slice(0, 2000))).toThrow(/nvidia-smi printed no XML/);
  });
});

describe("nvidia-smi's CSV", () => {
  it("says the same as its XML of the same GPUs", () => {
    const csv = parseGpuCsv(fixture("query_gpu_two.csv"));
    const xml = parseNvidiaSmiXml(fixture("q_x_two_training_v13.xml"));
    expect(csv.problems).toEqual([]);
    for (const [
      i,
      { index, uuid, gpuUtilization, memory, temperature, clocks, throttleReasons, mig },
    ] of xml.gpus.entries()) {
      expect(csv.gpus[i]).toMatchObject({
        index,
        uuid,
        gpuUtilization,
        memory,
        temperature,
        clocks,
        throttleReasons,
        mig,
      });
    }
    expect(csv.gpus[0]?.power).toEqual({ draw: 688.41, instant: 691.02, limit: 700 });
  });

  it("of a sliced GPU has no utilisation", () => {
    expect(parseGpuCsv(fixture("query_gpu_mig.csv")).gpus[0]).toMatchObject({
      gpuUtilization: null,
      memoryUtilization: null,
      memory: { used: 59, reserved: 479 },
      mig: { enabled: true },
    });
  });

  it("asks for the fields that its fixture was taken with", () => {
    expect(fixture("query_gpu.cmd")).toContain(`--query-gpu=${GPU_FIELDS.join(",")}`);
  });

  it("may have a header, units and the names of older drivers", () => {
    const text =
      "index, name, memory.used [MiB], power.draw [W], clocks_throttle_reasons.active\n1, Tesla, T4, 12 MiB, [N/A], 0x0000000000000060\n";
    expect(parseGpuCsv(text).gpus[0]).toMatchObject({
      index: 1,
      name: "Tesla, T4",
      memory: { used: 12, total: null },
      power: { draw: null },
      throttleReasons: ["sw_thermal_slowdown", "hw_thermal_slowdown"],
    });
  });

  it("item 19: keeps the other GPUs when one is lost, and repeats what was said of it", () => {
    const [first] = fixture("query_gpu_two.csv").split("\n");
    const lost =
      "Unable to determine the device handle for GPU0000:2A:00.0: GPU is lost.  Reboot the system to recover this GPU";
    expect(parseGpuCsv(`${first}\n${lost}\n`)).toMatchObject({ gpus: [{ index: 0 }], problems: [lost] });
    expect(parseGpuCsv("No devices were found\n")).toEqual({ gpus: [], problems: [] });
  });

  it("of processes allows commas and blanks in their names", () => {
    const listed = parseProcessCsv(fixture("query_compute_apps.csv"));
    expect(listed.map(({ gpuUuid, pid, name, memory }) => [gpuUuid, pid, name, memory])).toEqual([
      [UUID, 21_180, "/opt/venv/bin/python3.12", 61_220],
      [UUID, 21_198, "sglang::scheduler_TP0_EP0", 550],
    ]);
    expect(parseProcessCsv(`${UUID}, 7, a b, c, d, [N/A]\n`)[0]).toMatchObject({
      pid: 7,
      name: "a b, c, d",
      memory: null,
    });
    expect(parseProcessCsv("\n")).toEqual([]);
  });
});

describe("nvidia-smi's tables", () => {
  it("are rows by column names, the last column with blanks", () => {
    expect(parseNvidiaSmiTable(fixture("dmon.txt"))[0]).toMatchObject({
      gpu: 0,
      pwr: 631,
      gtemp: 61,
      sm: 100,
      pclk: 1980,
    });
    expect(parseNvidiaSmiTable(fixture("dmon.txt"))).toHaveLength(5);
    expect(parseNvidiaSmiTable(fixture("pmon.txt")).map(({ pid, sm, command }) => [pid, sm, command])).toEqual([
      [11_327, null, "memhog"],
      [11_345, 99, "gpu_burn"],
    ]);
    expect(parseNvidiaSmiTable("# gpu command\n# Idx name\n0 a b\n# gpu command\n# Idx name\n1 c\n")).toEqual([
      { gpu: 0, command: "a b" },
      { gpu: 1, command: "c" },
    ]);
  });
});

describe("running nvidia-smi", () => {
  const folder = mkdtempSync(join(tmpdir(), "evalh-nvidia-smi-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** A program that answers as nvidia-smi does. */
  function program(name: string, script: string): string {
    const path = join(folder, name);
    writeFileSync(path, `#!/bin/sh\n${script}\n`);
    chmodSync(path, 0o755);
    return path;
  }

  it("reads everything from XML, and a sample from CSV with the processes on their GPUs", async () => {
    const command = program(
      "good",
      `case "$1" in -q) cat "${FIXTURES}/q_x_two_training_v13.xml";; --query-gpu=*) cat "${FIXTURES}/query_gpu_two.csv";; *) cat "${FIXTURES}/query_compute_apps.csv";; esac`,
    );
    expect((await readGpus({ command })).gpus.map(({ processes }) => processes.length)).toEqual([1, 0]);
    expect((await sampleGpus({ command })).gpus.map(({ processes }) => processes.map(({ pid }) => pid))).toEqual([
      [21_180, 21_198],
      [],
    ]);
  });

  it("finds no GPUs where there are none", async () => {
    expect(await readGpus({ command: program("none", "echo No devices were found") })).toEqual({
      gpus: [],
      problems: [],
    });
  });

  it("says what is missing, and what nvidia-smi complained about on either stream", async () => {
    await expect(readGpus({ command: join(folder, "absent") })).rejects.toMatchObject({ code: "E_MISSING_DEPENDENCY" });
    const noDriver = program(
      "no-driver",
      'echo "NVIDIA-SMI has failed because it couldn\'t communicate with the NVIDIA driver. Make sure it runs."; exit 9',
    );
    await expect(readGpus({ command: noDriver })).rejects.toMatchObject({
      code: "E_MISSING_DEPENDENCY",
      message: expect.stringContaining("communicate with the NVIDIA driver") as string,
    });
    const badField = program("bad-field", "echo 'Field \"x\" is not a valid field to query.' >&2; exit 2");
    await expect(sampleGpus({ command: badField })).rejects.toMatchObject({
      code: "E_BACKEND",
      message: expect.stringContaining("not a valid field") as string,
    });
  });

  it("item 19: does not wait for one that hangs, and stops when told to", async () => {
    const hanging = program("hanging", "exec sleep 20");
    await expect(readGpus({ command: hanging, timeout: 50 })).rejects.toThrow("did not answer within 50 ms");
    await expect(readGpus({ command: hanging, signal: AbortSignal.timeout(30) })).rejects.toMatchObject({
      name: "AbortError",
    });
  });
});
