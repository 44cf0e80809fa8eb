import { describe, expect, it } from "vitest";

import { CUT_OFF } from "../../src/load/client.ts";
import type { FlightFacts } from "../../src/load/flight.ts";
import { createGate } from "../../src/load/gate.ts";
import { createRecorder, slopeOf } from "../../src/load/recorder.ts";

function flight(times: Partial<FlightFacts>): FlightFacts {
  return {
    intended: 0,
    sent: 0,
    first: 100,
    last: 130,
    end: 131,
    chunks: 4,
    gaps: new Float64Array([10, 10, 10]),
    promptTokens: 5,
    outputTokens: 4,
    failure: null,
    ...times,
  };
}

describe("what a stage records", () => {
  it("leaves the warm-up out of latencies, and counts what ends in the window into its rate", () => {
    const { add, open, recording } = createRecorder(null, false);
    open(1000, 2000);
    add(flight({ intended: 900, sent: 900, end: 1100 }));
    add(flight({ intended: 1200, sent: 1200, first: 1300, last: 1330, end: 1331 }));
    add(flight({ intended: 1990, sent: 1990, first: 2090, last: 2120, end: 2121 }));
    add(flight({ intended: 2001, sent: 2001, first: 2101, last: 2131, end: 2132 }));
    expect(recording.completed).toBe(2);
    expect(recording.latencies.ttft.n).toBe(2);
    expect(recording.slices.reduce((sum, { requests }) => sum + requests, 0)).toBe(2);
    expect(recording.slices.reduce((sum, { outputTokens }) => sum + outputTokens, 0)).toBe(8);
  });

  it("times the first token, gaps, tokens and the whole by their definitions", () => {
    const { add, open, recording } = createRecorder(null, false);
    open(0, Infinity);
    add(flight({ gaps: new Float64Array([5, 20, 5, 999]) }));
    const { ttft, itl, tpot, e2e } = recording.latencies;
    expect([ttft.mean, itl.n, itl.mean, itl.max, tpot.mean, e2e.mean]).toEqual([100, 3, 10, 20, 10, 131]);
  });

  it("spreads the time over tokens where an event holds several", () => {
    const { add, open, recording } = createRecorder(null, false);
    open(0, Infinity);
    add(flight({ outputTokens: 31 }));
    expect(recording.latencies.tpot.mean).toBe(1);
    expect(recording.latencies.itl.mean).toBe(10);
  });

  it("counts a late sending into the time from the schedule, and into the service level", () => {
    const { add, open, recording } = createRecorder({ ttft: 150, itl: null, tpot: null, e2e: null }, true);
    open(0, Infinity);
    add(flight({ intended: 0, sent: 500, first: 600, last: 630, end: 631 }));
    expect(recording.latencies.ttft.mean).toBe(100);
    expect(recording.latencies.ttftFromIntended.mean).toBe(600);
    expect(recording.good).toBe(0);
  });

  it("tells by how much the wait grows when requests pile up", () => {
    const at = (perSecond: number): number => {
      const { add, open, recording } = createRecorder(null, true);
      open(100, Infinity);
      // A server that answers 50 a second, one after the other.
      let free = 0;
      for (let i = 0; i < 200; i++) {
        const intended = 100 + (1000 * i) / perSecond;
        free = Math.max(free, intended) + 20;
        add(flight({ intended, sent: intended, end: free }));
      }
      return slopeOf(recording.trend);
    };
    expect(at(40)).toBeCloseTo(0, 6);
    expect(at(100)).toBeCloseTo(1, 6);
    expect(at(62.5)).toBeCloseTo(0.25, 6);
  });

  it("counts failures by kind, and nothing that the measurement's end gave up", () => {
    const { add, open, recording } = createRecorder(null, false);
    open(0, Infinity);
    for (const kind of ["HTTP 429", "timeout", "HTTP 429", CUT_OFF]) add(flight({ failure: { kind, example: "" } }));
    expect([...recording.errors].map(([kind, { count }]) => [kind, count])).toEqual([
      ["HTTP 429", 2],
      ["timeout", 1],
    ]);
    expect(recording).toMatchObject({ failed: 3, completed: 0 });
    expect(recording.latencies.e2e.n).toBe(0);
  });

  it("does not call a request without a first token one that met its limit", () => {
    const { add, open, recording } = createRecorder({ ttft: 1000, itl: null, tpot: null, e2e: null }, false);
    open(0, Infinity);
    add(flight({ first: NaN, last: NaN, chunks: 0 }));
    add(flight({}));
    expect(recording.good).toBe(1);
  });
});

describe("the gate of a stage", () => {
  it("opens and closes by time", () => {
    const gate = createGate({ warmup: { ms: 100 }, length: { ms: 1000 } }, 50, () => undefined);
    expect([60, 149, 150, 1149].map((at) => gate.admit(at))).toEqual([true, true, true, true]);
    expect(gate.window).toEqual({ from: 150, to: 1150 });
    expect([gate.admit(1150), gate.admit(1100)]).toEqual([false, false]);
  });

  it("opens and closes by the number of requests", () => {
    const gate = createGate({ warmup: { requests: 2 }, length: { requests: 3 } }, 0, () => undefined);
    expect([1, 2, 3, 4, 5, 6].map((at) => gate.admit(at))).toEqual([true, true, true, true, true, false]);
    expect(gate.window).toEqual({ from: 3, to: Infinity });
  });
});
