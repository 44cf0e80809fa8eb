import { Ajv2020 } from "ajv/dist/2020.js";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { type JudgeName, judgeNames, judges } from "../../judges/index.ts";
import type { JudgeContext, JudgeModule, Question } from "../../src/core/judge.ts";
import type { Completion } from "../../src/core/completion.ts";
import { anyText, metricOf, sampleWith, statsOf, written } from "./samples.ts";

const load = (name: JudgeName): Promise<JudgeModule> => judges[name]();

/** What a judge is given in its example: no model, or one that replies as the example says. */
function exampleContext({ example }: JudgeModule): JudgeContext {
  const replies = [...(example.replies ?? [])];
  const ask = async ({ prompt }: Question): Promise<Completion> => {
    const nonce = /"nonce": "([^"]*)"/.exec(prompt)?.[1] ?? "";
    return written((replies.shift() ?? "").replace("{nonce}", nonce));
  };
  return example.replies === undefined ? {} : { ask: async () => ({ ask }) };
}

function exampleCompletion({ example }: JudgeModule): Completion {
  if (example.logprobs === undefined) return written(example.output);
  const choices = example.logprobs.map((logprob) => ({ logprob, tokens: 1 }));
  return { text: example.output, finish: "scored", choices };
}

describe.each(judgeNames)("the judge %s", (name) => {
  it("is named as in the map, and its first metric is the one that carries its name if there is one", async () => {
    const module = await load(name);
    const judge = module.create(module.example.options ?? {}, {});
    expect(module.name).toBe(name);
    expect(judge.name).toBe(name);
    const metrics = judge.metrics.map((metric) => metric.name);
    expect(new Set(metrics).size).toBe(metrics.length);
    if (metrics.length === 1) expect(metrics).toEqual([name]);
  });

  it("gives its example the values it shows", async () => {
    const module = await load(name);
    const { example } = module;
    const judge = module.create(example.options ?? {}, exampleContext(module));
    const sample = sampleWith(example.references, example.choices);
    const stats = example.stats ?? statsOf(await judge.score(exampleCompletion(module), sample));
    expect(Object.keys(example.values).length).toBeGreaterThan(0);
    for (const [metric, value] of Object.entries(example.values)) {
      expect(metricOf(judge, metric).perSample(stats)).toBeCloseTo(value, 9);
    }
  });

  it("has a schema that accepts its example's options and refuses unknown ones", async () => {
    const { options, example } = await load(name);
    const validate = new Ajv2020({ strict: true, strictTypes: false }).compile(options);
    expect(validate(example.options ?? {})).toBe(true);
    expect(validate({ ...example.options, no_such_option: 1 })).toBe(false);
  });

  it("says in its metrics what their values are", async () => {
    const module = await load(name);
    for (const metric of module.create(module.example.options ?? {}, {}).metrics) {
      expect(metric.range[0]).toBeLessThan(metric.range[1]);
      if (metric.unit === "percent") expect(metric.range[0]).toBe(0);
    }
  });

  it("skips a sample without references if it needs them", async () => {
    const module = await load(name);
    const judge = module.create(module.example.options ?? {}, {});
    const { kind } = await judge.score(exampleCompletion(module), sampleWith([], module.example.choices));
    if (module.needsReferences) expect(kind).toBe("skipped");
    else expect(["scored", "skipped", "failed"]).toContain(kind);
  });

  it("scores any text without throwing, with statistics that JSON keeps and values in range", async () => {
    const module = await load(name);
    const judge = module.create(module.example.options ?? {}, {});
    const text = fc.oneof(
      anyText(80),
      fc
        .array(
          fc.constantFrom("a", "the", "7", "-1.5e3", "\n", "{", "}", '"', " ", "\0", "\ud800", "\udfff", "İ", "\u212a"),
        )
        .map((parts) => parts.join("")),
    );
    await fc.assert(
      fc.asyncProperty(text, fc.array(text, { minLength: 1, maxLength: 3 }), async (output, references) => {
        const score = await judge.score(written(output), sampleWith(references));
        if (score.kind !== "scored") return;
        expect(JSON.parse(JSON.stringify(score.stats))).toEqual(score.stats);
        for (const metric of judge.metrics) {
          const value = metric.perSample(score.stats);
          expect(value).toBeGreaterThanOrEqual(metric.range[0]);
          expect(value).toBeLessThanOrEqual(metric.range[1]);
        }
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    "a ".repeat(500_000),
    "\0".repeat(1_000_000),
    "\ud800 x".repeat(300_000),
    "[".repeat(1_000_000),
    `${"7,".repeat(50_000)}\n`.repeat(2),
  ])("comes to an end with a megabyte of output (%#)", { timeout: 20_000 }, async (output) => {
    const module = await load(name);
    const judge = module.create(module.example.options ?? {}, {});
    const { kind } = await judge.score(written(output), sampleWith(["a small reference of 9 words or so"]));
    expect(["scored", "failed", ...(module.example.stats === undefined ? [] : ["skipped"])]).toContain(kind);
  });
});
