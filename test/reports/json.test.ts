import { describe, expect, test } from "vitest";

import { reports } from "../../reports/index.ts";
import type { Comparison } from "../../src/compare/comparison.ts";
import { comparison, samples } from "./fixture.ts";

async function document(data: Comparison): Promise<Record<string, unknown>> {
  return JSON.parse(await (await reports.json()).render(data, samples, {})) as Record<string, unknown>;
}

describe("JSON report", () => {
  test("names its format, the verdict and what to ship", async () => {
    expect(await document(comparison)).toMatchObject({
      format: "evalh-comparison/1",
      verdict: { kind: "overfit", since: { lo: 189, hi: 252 } },
      since: { lo: 189, hi: 252 },
      ship: "tiny-icd/checkpoint-441",
      ship_step: 441,
      equivalent: ["tiny-icd/checkpoint-441", "tiny-icd/checkpoint-504"],
      training: { diagnosis: { verdict: "overfit" } },
    });
  });

  test("gives every checkpoint its losses and scores with intervals and differences", async () => {
    const { checkpoints } = await document(comparison);
    expect(checkpoints).toHaveLength(10);
    expect((checkpoints as unknown[])[2]).toMatchObject({
      id: "tiny-icd/checkpoint-189",
      step: 189,
      val_loss: 2.398,
      scores: {
        "title/bleu": {
          value: 8.8,
          n: 400,
          failed: 0,
          delta: { value: expect.closeTo(-4.9) as number, significant: true },
        },
      },
    });
    expect((checkpoints as unknown[])[4]).toMatchObject({ scores: { "chapter/accuracy": { delta: null } } });
    expect((checkpoints as unknown[])[8]).toMatchObject({
      role: "variant",
      parent: "tiny-icd/checkpoint-441",
      val_loss: null,
    });
  });

  test("writes null for numbers that JSON does not know", async () => {
    const broken: Comparison = {
      ...comparison,
      rows: comparison.rows.map((row) => ({ ...row, range: [0, Infinity] as const })),
      training:
        comparison.training === null
          ? null
          : { ...comparison.training, points: [{ step: 0, trainLoss: Number.NaN, evalLoss: -Infinity }] },
    };
    const found = await document(broken);
    expect(found["training"]).toMatchObject({ points: [{ step: 0, train_loss: null, val_loss: null }] });
    expect(found["rows"]).toMatchObject([{ range: [0, null] }, {}, {}, {}, {}]);
  });

  test("keeps names exactly, controls included", async () => {
    const name = "a\u001b[2J\ud800\u2028";
    expect(await document({ ...comparison, suite: { ...comparison.suite, name } })).toMatchObject({ suite: { name } });
  });
});
