import { assert, integer, property, array, record } from "fast-check";
import { describe, expect, it } from "vitest";

import { allocate } from "../../src/human/allocate.ts";
import { marginOf, marginText } from "../../src/human/margin.ts";
import { populationOf } from "../../src/human/population.ts";
import { CHECKPOINTS, sheetOf, streamed, views } from "./sheet.ts";

describe("drawing items for people", () => {
  it("gives each stratum its least and the rest by square roots", () => {
    const strata = [
      { name: "a", size: 900 },
      { name: "b", size: 100 },
      { name: "c", size: 3 },
    ];
    expect(allocate(strata, 43, 5)).toEqual([30, 10, 3]);
    expect(allocate(strata, 2, 5)).toEqual([2, 0, 0]);
    expect(allocate(strata, 5000, 5)).toEqual([900, 100, 3]);
  });

  it("never draws more than there is, and always as many as it can", () => {
    const sizes = array(record({ size: integer({ min: 0, max: 50 }) }), { minLength: 1, maxLength: 8 });
    assert(
      property(sizes, integer({ min: 0, max: 200 }), integer({ min: 0, max: 9 }), (list, total, least) => {
        const drawn = allocate(
          list.map(({ size }) => ({ name: "", size })),
          total,
          least,
        );
        const all = list.reduce((sum, { size }) => sum + size, 0);
        return (
          drawn.every((n, i) => n <= (list[i]?.size ?? 0)) &&
          drawn.reduce((sum, n) => sum + n, 0) === Math.min(total, all)
        );
      }),
    );
  });

  it("keeps weights that add up to everything that was not drawn", async () => {
    const { key } = await sheetOf();
    const counted = Object.values(key.entries).filter(({ kind }) => kind === "new");
    expect(counted).toHaveLength(40);
    expect(counted.filter(({ stratum }) => stratum === "rarity=rare").length).toBeGreaterThanOrEqual(5);
    // 200 samples, of which every fifth has equal answers.
    expect(counted.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(160);
    expect(key.identical).toMatchObject([{ task: "qa", checkpoints: ["m/one", "m/two"] }]);
    expect(key.identical[0]?.samples).toHaveLength(40);
  });

  it("draws the same samples for a seed and other ones for another", async () => {
    // Repeats depend on the secret order, so only new items can be compared.
    const newOnly = async (seed: number): Promise<string> => {
      const { key } = await sheetOf({ seed, repeat: 0 });
      return Object.values(key.entries)
        .map(({ sample }) => sample)
        .toSorted((a, b) => (a < b ? -1 : 1))
        .join();
    };
    expect(await newOnly(3)).toBe(await newOnly(3));
    expect(await newOnly(3)).not.toBe(await newOnly(4));
  });

  it("puts each checkpoint of a pair on the left equally often, and tells nothing of it", async () => {
    const { sheet, key } = await sheetOf({ repeat: 0, n: 60, chosen: CHECKPOINTS });
    for (const [a, b] of [
      [0, 1],
      [0, 2],
      [1, 2],
    ] as const) {
      const pair = Object.values(key.entries).filter(
        ({ checkpoints }) => checkpoints.includes(CHECKPOINTS[a] ?? "") && checkpoints.includes(CHECKPOINTS[b] ?? ""),
      );
      const left = pair.filter(({ checkpoints }) => checkpoints[0] === CHECKPOINTS[a]).length;
      expect(Math.abs(2 * left - pair.length)).toBeLessThanOrEqual(1);
    }
    const shown = JSON.stringify(sheet);
    for (const told of [...CHECKPOINTS, '"s1"', "secret", "weight", "checkpoint"]) expect(shown).not.toContain(told);
  });

  it("shows repeats with their sides swapped, and gold items among the others", async () => {
    const gold = [{ prompt: "1+1?", answers: ["2", "3"], expected: "A" }];
    const { sheet, key } = await sheetOf({ repeat: 0.25, gold });
    const byId = new Map(sheet.items.map((item) => [item.id, item]));
    const repeats = Object.entries(key.entries).filter(([, { kind }]) => kind === "repeat");
    expect(repeats).toHaveLength(10);
    for (const [id, { of = "" }] of repeats) expect(byId.get(id)?.answers).toEqual(byId.get(of)?.answers.toReversed());
    expect(Object.values(key.entries).filter(({ kind }) => kind === "gold")).toHaveLength(1);
    expect(new Set(sheet.items.map(({ id }) => id)).size).toBe(51);
  });

  it("looks more closely at disputed samples when asked, and weighs them back", async () => {
    const about = { form: "rating", repeat: 0, n: 60 } as const;
    const isDisputed = (sample: string): boolean => Number(sample.slice(1)) % 5 !== 0;
    const share = async (preferDisputed: boolean): Promise<number> => {
      const entries = Object.values((await sheetOf({ ...about, preferDisputed })).key.entries);
      expect(entries.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(400);
      return entries.filter(({ sample }) => isDisputed(sample)).length / entries.length;
    };
    expect(await share(true)).toBeGreaterThan(0.8);
  });

  it("asks about the same samples of every checkpoint where single answers are rated", async () => {
    const { key } = await sheetOf({ form: "rating", n: 60, repeat: 0 });
    const samplesOf = (checkpoint: string): string[] =>
      Object.values(key.entries)
        .filter(({ checkpoints }) => checkpoints[0] === checkpoint)
        .map(({ sample }) => sample)
        .toSorted((a, b) => (a < b ? -1 : 1));
    expect(samplesOf("m/one")).toHaveLength(30);
    expect(samplesOf("m/two")).toEqual(samplesOf("m/one"));
  });

  it("shows equal answers of a choice once, places each checkpoint equally often, and counts what is all the same as ties", async () => {
    const list = views(90).map((view, index) =>
      // Of every third sample the last two checkpoints say the same.
      index % 3 === 0 ? { ...view, outputs: [0, 1, 1].map((at) => view.outputs[at] ?? null) } : view,
    );
    const about = { form: "choice" as const, tasks: ["qa"], stratify: [], all: CHECKPOINTS, chosen: CHECKPOINTS };
    const { candidates, identical } = await populationOf(streamed(list), about);
    // Every fifth sample is the same of all three.
    expect([candidates.length, identical.map(({ samples }) => samples.length)]).toEqual([72, [18]]);
    const shared = candidates.filter(({ same }) => Object.keys(same).length > 0);
    expect(shared).toHaveLength(24);
    expect(new Set(shared.map(({ same }) => JSON.stringify(same)))).toEqual(new Set(['{"m/two":["m/three"]}']));
    const { key } = await sheetOf({ form: "choice", chosen: CHECKPOINTS, n: 60, repeat: 0 });
    for (const place of [0, 1, 2]) {
      const there = Map.groupBy(Object.values(key.entries), ({ checkpoints }) => checkpoints[place]);
      expect(CHECKPOINTS.map((id) => there.get(id)?.length)).toEqual([20, 20, 20]);
    }
  });

  it("tells the margin before anybody is asked", () => {
    // Wilson's half-width at one half, and the sign test's critical counts.
    expect(marginOf(100)).toMatchObject({ points: expect.closeTo(9.62, 2), winsNeeded: 61 });
    expect(marginOf(50).winsNeeded).toBe(33);
    expect(marginText(100, "pairwise")).toBe(
      "100 answers show differences from about ±10 points (95 %); of 100 decisive ones 61 wins are significant",
    );
    expect(marginText(100, "rating")).toContain("±0.4 of 1 to 5");
    expect(marginText(100, "correct", 2)).toBe(
      "50 answers of each of 2 checkpoints show differences from about ±13 points (95 %)",
    );
    expect(marginText(3, "pairwise")).toContain("no result is significant");
  });
});
