import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { argmax, createDraw, logSumExp, sampleToken } from "../../../src/backend/onnx/sampling.ts";

/** Share of each token among `n` draws. */
function shares(
  logits: Float32Array,
  settings: { temperature: number; topP: number; topK: number },
  n = 20_000,
): number[] {
  const counts = Array.from({ length: logits.length }, () => 0);
  const draw = createDraw(11);
  for (let i = 0; i < n; i++) {
    const token = sampleToken(logits, settings, draw);
    counts[token] = (counts[token] ?? 0) + 1;
  }
  return counts.map((count) => count / n);
}

const LOGITS = Float32Array.from([0.5, 0.1, 0.25, 0.1, 0.05].map((p) => Math.log(p) + 3));

describe("sampling", () => {
  it.each([
    [{ temperature: 1, topP: 1, topK: 0 }, [0.5, 0.1, 0.25, 0.1, 0.05]],
    [{ temperature: 0.5, topP: 1, topK: 0 }, [0.7463, 0.0299, 0.1866, 0.0299, 0.0075]],
    [{ temperature: 1, topP: 1, topK: 2 }, [2 / 3, 0, 1 / 3, 0, 0]],
    // Equal tokens: the earlier is kept.
    [{ temperature: 1, topP: 1, topK: 3 }, [0.5882, 0.1176, 0.2941, 0, 0]],
    [{ temperature: 1, topP: 0.7, topK: 0 }, [2 / 3, 0, 1 / 3, 0, 0]],
    [{ temperature: 1, topP: 0.8, topK: 0 }, [0.5882, 0.1176, 0.2941, 0, 0]],
    // Top-p works on what top-k left: 2/3 is enough for 0.6.
    [{ temperature: 1, topP: 0.6, topK: 2 }, [1, 0, 0, 0, 0]],
    [{ temperature: 1, topP: 0.01, topK: 0 }, [1, 0, 0, 0, 0]],
  ])("with %j draws each token as often as it should", (settings, wanted) => {
    const drawn = shares(LOGITS, settings);
    for (const [token, share] of wanted.entries())
      expect(Math.abs((drawn[token] as number) - share)).toBeLessThan(0.015);
    for (const [token, share] of wanted.entries()) if (share === 0) expect(drawn[token]).toBe(0);
  });

  it("with top-p draws only from the smallest set that reaches it, whatever the logits", () => {
    const logit = fc.float({ min: -20, max: 20, noNaN: true });
    const share = fc.double({ min: 0.01, max: 0.99, noNaN: true });
    fc.assert(
      fc.property(fc.array(logit, { minLength: 1, maxLength: 60 }), share, fc.integer(), (list, topP, seed) => {
        const logits = Float32Array.from(list);
        const total = logSumExp(logits);
        const token = sampleToken(logits, { temperature: 1, topP, topK: 0 }, createDraw(seed));
        // The tokens strictly likelier than the drawn one must not reach top-p by themselves.
        let before = 0;
        for (const value of logits) if (value > (logits[token] as number)) before += Math.exp(value - total);
        return before < topP + 1e-6;
      }),
    );
  });

  it("takes one draw a token, so that streams of equal seeds stay in step", () => {
    const draws = [createDraw(3), createDraw(3)] as const;
    for (let i = 0; i < 50; i++) {
      const settings = { temperature: 1, topP: i % 2 === 0 ? 1 : 0.9, topK: 0 };
      expect(sampleToken(LOGITS, settings, draws[0])).toBe(sampleToken(LOGITS, settings, draws[1]));
    }
    expect(draws[0]()).toBe(draws[1]());
  });

  it("draws evenly, and differently for neighbouring seeds", () => {
    const draw = createDraw(0);
    const bins = Array.from({ length: 10 }, () => 0);
    for (let i = 0; i < 50_000; i++) {
      const bin = Math.floor(draw() * 10);
      bins[bin] = (bins[bin] ?? 0) + 1;
    }
    // Chi-square with 9 degrees of freedom: 27.9 is its 99.9 % point.
    expect(bins.reduce((sum, n) => sum + (n - 5000) ** 2 / 5000, 0)).toBeLessThan(27.9);
    const firsts = Array.from({ length: 1000 }, (_, seed) => createDraw(seed)());
    const mean = firsts.reduce((sum, value) => sum + value, 0) / 1000;
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.03);
    expect(new Set(firsts).size).toBe(1000);
  });

  it("tells logits that are not numbers", () => {
    const broken = new Float32Array(4).fill(Number.NaN);
    expect(argmax(broken)).toBe(-1);
    expect(sampleToken(broken, { temperature: 1, topP: 0.9, topK: 0 }, createDraw(1))).toBe(-1);
  });

  it("keeps large and small logits in range", () => {
    expect(logSumExp(Float32Array.from([1000, 1000]))).toBeCloseTo(1000 + Math.log(2), 9);
    expect(logSumExp(Float32Array.from([-1000, -1000]))).toBeCloseTo(-1000 + Math.log(2), 9);
  });
});
