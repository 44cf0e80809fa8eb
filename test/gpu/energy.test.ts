import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { integratePower } from "../../gpu/energy.ts";
import type { GpuSample } from "../../gpu/monitor.ts";
import { gpuUsage, gpuWarnings } from "../../gpu/usage.ts";

const every = (seconds: number, powers: readonly number[]) => powers.map((power, i) => ({ t: i * seconds, power }));

describe("energy", () => {
  it("is the area under the power, by trapezoids", () => {
    const energy = integratePower(every(1, [100, 200, 200]), { from: 0, to: 2, longestStep: 3 });
    expect(energy).toEqual({ joules: 350, seconds: 2, gapSeconds: 0, gaps: 0 });
  });

  it("of part of a span begins and ends between samples", () => {
    const energy = integratePower(every(1, [0, 100, 200]), { from: 0.5, to: 1.5, longestStep: 3 });
    expect(energy.joules).toBeCloseTo((50 + 100) / 4 + (100 + 150) / 4);
  });

  it("makes nothing up for a gap, and reports it", () => {
    const samples = [...every(1, [100, 100]), { t: 20, power: 100 }, { t: 21, power: 100 }];
    const energy = integratePower(samples, { from: 0, to: 21, longestStep: 2 });
    expect(energy).toEqual({ joules: 400, seconds: 4, gapSeconds: 17, gaps: 1 });
  });

  it("holds the edges no longer than half a step", () => {
    const energy = integratePower([{ t: 10, power: 60 }], { from: 0, to: 30, longestStep: 4 });
    expect(energy).toEqual({ joules: 240, seconds: 4, gapSeconds: 26, gaps: 2 });
  });

  it("of two neighbouring spans adds up to that of both", () => {
    const powers = fc.array(fc.double({ min: 0, max: 700, noNaN: true }), { minLength: 2, maxLength: 30 });
    fc.assert(
      fc.property(powers, fc.double({ min: 0, max: 1, noNaN: true }), (values, share) => {
        const samples = every(1, values);
        const to = values.length - 1;
        const part = (a: number, b: number): number =>
          integratePower(samples, { from: a, to: b, longestStep: 3 }).joules;
        expect(part(0, share * to) + part(share * to, to)).toBeCloseTo(part(0, to), 6);
      }),
    );
  });
});

const sample = (t: number, values: Partial<GpuSample> = {}): GpuSample => ({
  t,
  gpu: 0,
  utilization: 80,
  memoryUtilization: 10,
  memoryUsed: 4000,
  power: 300,
  temperature: 60,
  clock: 1700,
  throttle: [],
  uncorrectedErrors: 0,
  ...values,
});
const facts = { gpu: 0, uuid: null, name: "Pretend", driver: null, memoryTotal: 8000, powerLimit: 400 };
const warningsOf = (values: (i: number) => Partial<GpuSample>): readonly string[] => {
  const samples = Array.from({ length: 20 }, (_, i) => sample(i, values(i)));
  return gpuWarnings(gpuUsage(samples, facts, { from: 0, to: 19 }), samples);
};

describe("what a GPU did", () => {
  it("is told in means, peaks and energy", () => {
    const samples = [sample(0, { memoryUsed: 100 }), sample(1, { utilization: 40 }), sample(2, { power: null })];
    expect(gpuUsage(samples, facts, { from: 0, to: 2 })).toMatchObject({
      peakMemory: 4000,
      utilization: 200 / 3,
      hottest: 60,
      energy: { joules: 600, gapSeconds: 0 },
      idle: 0,
    });
  });

  it("gives no warning where it worked", () => {
    expect(warningsOf(() => ({}))).toEqual([]);
  });

  it("warns of a GPU that waits, and of one that is held for nothing", () => {
    expect(warningsOf((i) => ({ utilization: i < 5 ? 90 : 0 }))[0]).toContain("GPU 0 waited 75 % of the time");
    expect(warningsOf(() => ({ utilization: 0 }))[0]).toBe("GPU 0 held 4000 MiB and never ran a kernel");
    expect(warningsOf(() => ({ utilization: 0, memoryUsed: 4 }))).toEqual([]);
  });

  it("warns of heat and of memory errors, but not of a power limit that somebody set", () => {
    const hot = warningsOf((i) => ({ throttle: i < 10 ? ["sw_thermal_slowdown", "sw_power_cap"] : ["sw_power_cap"] }));
    expect(hot).toEqual(["GPU 0 ran with lowered clocks 50 % of the time: it was too hot"]);
    expect(warningsOf((i) => ({ uncorrectedErrors: i < 10 ? 2 : 5 }))[0]).toContain("3 uncorrectable memory errors");
  });

  it("tells shares of at most one, whatever the number of looks", () => {
    const shares = Array.from({ length: 60 }, (_, n) => {
      const samples = Array.from({ length: n + 1 }, (_each, i) => sample(i, { throttle: ["sw_power_cap"] }));
      return gpuUsage(samples, facts, { from: 0, to: n }).throttled;
    });
    expect(new Set(shares.map(({ sw_power_cap: share }) => share))).toEqual(new Set([1]));
  });

  it("tells no energy where there is no power", () => {
    expect(gpuUsage([sample(0, { power: null })], facts, { from: 0, to: 1 }).energy).toBeNull();
  });
});
