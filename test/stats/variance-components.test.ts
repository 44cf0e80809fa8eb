import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import { varianceComponents, type CrossedScores } from "../../src/stats/variance-components.ts";

interface Case extends Omit<CrossedScores, "values"> {
  readonly values: readonly number[];
  readonly anova: Readonly<Record<string, number>>;
  readonly reml: Readonly<Record<string, number>> | null;
}

/** Made by make.py beside it, with statsmodels. */
const { cases } = JSON.parse(
  readFileSync(new URL("../fixtures/variance-components/cases.json", import.meta.url), "utf8"),
) as { readonly cases: readonly Case[] };

describe("variance components", () => {
  it.each(cases.map((each) => [`${each.prompts} × ${each.samples} × ${each.repeats}`, each] as const))(
    "equal those of statsmodels' analysis of variance: %s",
    (_, { anova, values, ...design }) => {
      const found = varianceComponents({ ...design, values: Float64Array.from(values) });
      for (const name of ["prompt", "sample", "promptSample", "seed", "rest"] as const) {
        const expected = anova[name];
        if (expected === undefined) expect(found?.[name]).toBeNull();
        else expect(found?.[name]).toBeCloseTo(Math.max(0, expected), 9);
      }
    },
  );

  it("equal REML where all of them are above 0", () => {
    const inside = cases.filter(({ reml, anova }) => reml !== null && Object.values(anova).every((each) => each > 0));
    expect(inside.length).toBeGreaterThan(1);
    for (const { reml, values, ...design } of inside) {
      const found = varianceComponents({ ...design, values: Float64Array.from(values) });
      for (const [name, expected] of Object.entries(reml ?? {})) {
        expect(found?.[name as keyof typeof found]).toBeCloseTo(expected, 2);
      }
    }
  });

  it("are none where nothing can be split", () => {
    const values = Float64Array.of(1, 2, 3);
    expect(varianceComponents({ prompts: 1, samples: 3, repeats: 1, values })).toBeNull();
    expect(varianceComponents({ prompts: 3, samples: 1, repeats: 1, values })).toBeNull();
    expect(() => varianceComponents({ prompts: 2, samples: 3, repeats: 1, values })).toThrow("do not fill");
  });

  it("put everything on prompts where only they differ", () => {
    const values = Float64Array.from([0, 1, 5].flatMap((score) => [score, score, score, score]));
    const found = varianceComponents({ prompts: 3, samples: 4, repeats: 1, values });
    expect(found).toEqual({ prompt: expect.closeTo(7, 9), sample: 0, promptSample: null, seed: null, rest: 0 });
  });
});
