import type { Estimate } from "../../src/core/estimate.ts";
import type { Distribution, LoadResult, StageResult } from "../../src/load/load-result.ts";

function estimate(value: number): Estimate {
  return { value, n: 3, lo: value * 0.97, hi: value * 1.03, method: "t over 3 repeats" };
}

function distribution(p50: number): Distribution {
  const percentiles = {
    p50: estimate(p50),
    p90: estimate(p50 * 1.2),
    p95: estimate(p50 * 1.4),
    p99: estimate(p50 * 2),
  };
  return { n: 600, min: p50 / 2, max: p50 * 3, mean: estimate(p50), percentiles: { ...percentiles, "p99.9": null } };
}

function stage(concurrency: number, tokens: number, ttft: number): StageResult {
  return {
    stage: { arrival: "closed", concurrency, rate: null },
    repeats: 3,
    seconds: 30,
    requests: { sent: 600, completed: 598, failed: 2, unsent: 0, good: 500 },
    errors: [{ kind: "HTTP 429", count: 2, example: "</script><b>busy</b>" }],
    rates: {
      requests: estimate(tokens / 128),
      outputTokens: estimate(tokens),
      promptTokens: estimate(2 * tokens),
      goodput: estimate(tokens / 150),
    },
    latencies: {
      ttft: distribution(ttft),
      itl: distribution(12),
      tpot: distribution(12),
      e2e: distribution(ttft + 127 * 12),
      ttftFromIntended: null,
      e2eFromIntended: null,
    },
    tokens: { prompt: 256, output: 128, events: 128 },
    clientBusy: 0.1,
    waitGrowth: null,
    gpu: null,
  };
}

/** A sweep that saturates, of a model with a hostile name. */
export const loadResult: LoadResult = {
  format: "evalh-bench/1",
  startedAt: "2026-11-20T10:00:00.000Z",
  evalh: "0.1.0",
  target: {
    url: "http://127.0.0.1:8000/v1/chat/completions",
    api: "chat",
    model: "<b onclick=alert(1)>",
    streams: true,
  },
  prompts: { source: "synthetic", tokens: { lo: 256, hi: 256 }, maxOutputTokens: 128 },
  settings: {
    repeats: 3,
    warmup: { ms: 2000 },
    length: { ms: 10_000 },
    seed: 0,
    level: { ttft: 200, itl: null, tpot: null, e2e: null },
    timeout: 300,
  },
  stages: [stage(1, 80, 40), stage(4, 310, 55), stage(16, 900, 140), stage(64, 910, 900)],
  saturation: { stage: 2, why: "16 at a time give 99 % of the best rate; more only wait" },
  bestGoodput: 2,
  notes: ["the server does not say how it counts"],
  isPartial: false,
};
