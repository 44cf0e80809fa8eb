import { setTimeout as wait } from "node:timers/promises";

import { describe, expect, it } from "vitest";

import { startGpuMonitor, type GpuFacts, type GpuSample, type MonitorOptions } from "../../gpu/monitor.ts";
import { fakeNvidiaSmi, gpuLine } from "./fake-nvidia-smi.ts";

interface Watched {
  readonly samples: GpuSample[];
  readonly gpus: GpuFacts[];
  readonly problems: string[];
  readonly started: boolean;
}

/** Runs the monitor on a script until `enough`, two seconds at most. */
async function watch(
  script: string,
  enough: (seen: Omit<Watched, "started">) => boolean,
  options: Partial<MonitorOptions> = {},
): Promise<Watched> {
  await using tool = await fakeNvidiaSmi(script);
  const seen = { samples: [] as GpuSample[], gpus: [] as GpuFacts[], problems: [] as string[] };
  const started = performance.now();
  using monitor = await startGpuMonitor({
    command: tool.command,
    interval: 20,
    pause: 20,
    clock: () => (performance.now() - started) / 1000,
    onSample: (sample) => seen.samples.push(sample),
    onGpu: (facts) => seen.gpus.push(facts),
    onProblem: (message) => seen.problems.push(message),
    ...options,
  });
  for (let i = 0; i < 200 && !enough(seen); i++) await wait(10);
  return { ...seen, started: monitor !== null };
}

describe("the GPU monitor", () => {
  it("takes samples of every GPU from one process, on the run's clock", async () => {
    const script = `echo started >> "$0.starts"; while true; do echo "$LINE"; echo "${gpuLine({ index: 1, power: "70.00", util: "0" })}"; sleep 0.02; done`;
    const { samples, gpus, problems } = await watch(script, ({ samples }) => samples.length >= 6);
    expect(problems).toEqual([]);
    expect(gpus).toEqual([
      { gpu: 0, uuid: "GPU-00", name: "Pretend GPU", driver: "580.1", memoryTotal: 81_559, powerLimit: 700 },
      { gpu: 1, uuid: "GPU-01", name: "Pretend GPU", driver: "580.1", memoryTotal: 81_559, powerLimit: 700 },
    ]);
    expect(samples[0]).toMatchObject({ gpu: 0, utilization: 93, memoryUsed: 2048, power: 250.5, temperature: 61 });
    expect(samples[0]?.throttle).toEqual(["sw_power_cap"]);
    const times = samples.map(({ t }) => t);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  it("asks nvidia-smi to repeat by itself", async () => {
    const { samples } = await watch(
      `echo "$LINE"; [[ "$*" == *"-lms 20"* ]] && sleep 9`,
      ({ samples }) => samples.length > 0,
    );
    expect(samples).toHaveLength(1);
  });

  it("item 19: keeps what a GPU does not tell as null, and reports one that is lost, once", async () => {
    const line = `0, [N/A], [N/A], 580.1, [N/A], ERR!, [N/A], [N/A], [Unknown Error], [N/A], [GPU is lost], [N/A], [Not Supported], [N/A], [N/A], [N/A], [N/A], [N/A], [N/A], [N/A], [N/A], [N/A]`;
    const script = `while true; do echo "${line}"; echo "Unable to determine the device handle for GPU1: 0000:65:00.0: Unknown Error"; sleep 0.02; done`;
    const { samples, problems } = await watch(script, ({ samples }) => samples.length >= 3);
    expect(samples[0]).toMatchObject({ gpu: 0, utilization: null, memoryUsed: null, power: null, throttle: null });
    expect(problems).toEqual([
      "nvidia-smi: Unable to determine the device handle for GPU1: 0000:65:00.0: Unknown Error",
    ]);
  });

  it("leaves out a field that the driver does not know, and asks an older one by its old name", async () => {
    const script = `
      if [[ "$*" == *power.draw.instant* ]]; then echo 'Field "power.draw.instant" is not a valid field to query.'; exit 2; fi
      if [[ "$*" == *clocks_event_reasons* ]]; then echo 'Field "clocks_event_reasons.active" is not a valid field to query.'; exit 2; fi
      while true; do echo "$LINE" | sed 's/250.50, .N.A./250.50/'; sleep 0.02; done`;
    const { samples, problems } = await watch(script, ({ samples }) => samples.length >= 1);
    expect(problems).toEqual([]);
    expect(samples[0]).toMatchObject({ power: 250.5, throttle: ["sw_power_cap"], clock: 1755 });
  });

  it("item 19: starts a tool that dies again, a few times, and says what is lost", async () => {
    const { samples, problems } = await watch(`echo "$LINE"; echo "the driver is gone" >&2; exit 15`, ({ problems }) =>
      problems.some((message) => message.includes("no more")),
    );
    expect(samples).toHaveLength(4);
    expect(problems.at(0)).toContain("ended with exit code 15: the driver is gone; it is started again");
    expect(problems.at(-1)).toContain("no more GPU samples are taken");
  });

  it("does not start a tool again that never told of a GPU", async () => {
    const { problems } = await watch(
      `echo "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver."; exit 9`,
      ({ problems }) => problems.some((message) => message.includes("no GPU samples")),
    );
    expect(problems.at(-1)).toContain("exit code 9: NVIDIA-SMI has failed");
  });

  it("item 19: gives up a tool that hangs", async () => {
    const { problems } = await watch(`echo "$LINE"; sleep 60`, ({ problems }) => problems.length > 0, { silence: 100 });
    expect(problems[0]).toContain("was silent for 0 s; a GPU may be lost; it is started again");
  });

  it("item 19: is none where there is no nvidia-smi", async () => {
    const monitor = await startGpuMonitor({
      command: "/no/such/nvidia-smi",
      clock: () => 0,
      onSample: () => undefined,
      onGpu: () => undefined,
      onProblem: () => undefined,
    });
    expect(monitor).toBeNull();
  });
});
