import { describe, expect, it } from "vitest";
import { createCircuit, type Circuit } from "../../../src/backend/http/circuit.ts";

/** A circuit that has worked and then opened at 1,000 ms. */
function opened(): Circuit {
  const circuit = createCircuit();
  for (let i = 0; i < 20; i++) circuit.succeeded();
  for (let i = 0; i < 10; i++) circuit.failed(1000, "HTTP 500");
  return circuit;
}

describe("the circuit", () => {
  it("stays closed while less than half of the last twenty requests fail", () => {
    const circuit = createCircuit();
    for (let i = 0; i < 200; i++) {
      if (i % 20 < 9) circuit.failed(i, "HTTP 500");
      else circuit.succeeded();
      expect(circuit.isOpen).toBe(false);
    }
  });

  it("opens when half of the last twenty fail, not before it has seen twenty", () => {
    const early = createCircuit();
    for (let i = 0; i < 19; i++) early.failed(i, "HTTP 500");
    expect(early.isOpen).toBe(false);
    early.failed(19, "HTTP 500");
    expect(early.isOpen).toBe(true);
    expect(opened().isOpen).toBe(true);
  });

  it("lets one probe through every thirty seconds while the others wait", () => {
    const circuit = opened();
    expect(circuit.ask(1000)).toEqual({ kind: "wait", ms: 30_000 });
    expect(circuit.ask(31_000)).toEqual({ kind: "go" });
    expect(circuit.ask(31_000).kind).toBe("wait");
    circuit.failed(31_500, "HTTP 500");
    expect(circuit.ask(32_000)).toEqual({ kind: "wait", ms: 29_500 });
    expect(circuit.ask(61_500)).toEqual({ kind: "go" });
    circuit.succeeded();
    expect(circuit.isOpen).toBe(false);
    expect(circuit.ask(61_600)).toEqual({ kind: "go" });
  });

  it("lets another probe go when the first was called off", () => {
    const circuit = opened();
    expect(circuit.ask(31_000).kind).toBe("go");
    circuit.released();
    expect(circuit.ask(31_001).kind).toBe("go");
  });

  it("gives an endpoint up that stays dead for two minutes, and says why", () => {
    const circuit = opened();
    circuit.failed(100_000, "connection refused");
    expect(circuit.ask(120_999).kind).not.toBe("gone");
    circuit.failed(120_999, "connection refused");
    expect(circuit.ask(121_000)).toEqual({
      kind: "gone",
      reason: "no request succeeded for 120 s (connection refused)",
    });
  });

  it("gives an endpoint up at once that never worked", () => {
    const circuit = createCircuit();
    for (let i = 0; i < 20; i++) circuit.failed(i, "the answer is not JSON");
    expect(circuit.ask(20)).toEqual({ kind: "gone", reason: "none of 20 requests succeeded (the answer is not JSON)" });
  });
});
