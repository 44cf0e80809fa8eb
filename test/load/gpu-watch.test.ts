import { setTimeout as wait } from "node:timers/promises";

import { describe, expect, it } from "vitest";

import { watchGpus } from "../../src/load/gpu-watch.ts";
import { fakeNvidiaSmi, gpuLine } from "../gpu/fake-nvidia-smi.ts";

describe("GPUs beside a load", () => {
  it("give watt and joules per token on the clock of the requests", async () => {
    const other = gpuLine({ index: 1, power: "49.50", util: "7" });
    await using tool = await fakeNvidiaSmi(`while true; do echo "$LINE"; echo "${other}"; sleep 0.05; done`);
    const problems: string[] = [];
    const onProblem = (message: string): void => void problems.push(message);
    using watch = await watchGpus("127.0.0.1", { command: tool.command, onProblem });
    const from = performance.now();
    let found = watch?.between(from, performance.now(), 0) ?? null;
    for (let i = 0; i < 200 && (found?.samples ?? 0) < 8; i++) {
      await wait(50);
      found = watch?.between(from, performance.now(), 0) ?? null;
    }
    const to = performance.now();
    const used = watch?.between(from, to, 1000);
    expect(problems).toEqual([]);
    expect(used).toMatchObject({ utilization: 50, peakMemory: 2048 });
    // 250.5 and 49.5 watt: 300 joules a second.
    expect(used?.power).toBeCloseTo(300, 3);
    expect(used?.joulesPerOutputToken).toBeCloseTo((0.3 * (to - from)) / 1000, 6);
    expect(watch?.between(0, 1, 1)).toBeNull();
  });

  it("say nothing of a server elsewhere", async () => {
    await using tool = await fakeNvidiaSmi(`echo "$LINE"; sleep 5`);
    expect(await watchGpus("example.org", { command: tool.command, onProblem: () => undefined })).toBeNull();
  });
});
