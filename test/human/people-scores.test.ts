import { describe, expect, it } from "vitest";

import { human } from "../../judges/human.ts";
import type { JsonValue } from "../../src/core/json.ts";
import { humanStats } from "../../src/human/stats/index.ts";
import { readPeople } from "../../src/human/people-scores.ts";
import { appendAnswers, saveSheet, type StoredAnswer } from "../../src/human/store.ts";
import { encodeLine } from "../../src/run/store/checked-line.ts";
import type { UnitInfo } from "../../src/run/store/records.ts";
import { runFiles } from "../../src/run/store/run-folder.ts";
import { estimate } from "../../src/stats/estimate.ts";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { CHECKPOINTS, sheetOf, storedSheet, views, type Drawing } from "./sheet.ts";

const SAMPLES = 200;
const unit: UnitInfo = {
  task: "qa",
  split: "test",
  kind: "generate",
  n: SAMPLES,
  repeats: 1,
  digest: "",
  slices: ["rarity"],
  choices: null,
  judges: [],
};

/** A run folder with a sheet, its items and answers. */
async function judged(
  drawing: Drawing,
  say: (left: string, index: number) => string,
): Promise<AsyncDisposable & { readonly run: string; readonly key: Awaited<ReturnType<typeof sheetOf>>["key"] }> {
  const place = await storedSheet({ samples: SAMPLES, ...drawing });
  const { run, stored } = place;
  const path = runFiles.items(run, "qa", "test");
  await mkdir(dirname(path), { recursive: true });
  const items = views(SAMPLES).map(({ id, prompt, references, ordinal }) => ({
    i: ordinal,
    id,
    prompt,
    references,
    columns: {},
  }));
  await writeFile(path, items.map((item) => encodeLine(item)).join(""));
  await answerSheet(run, stored.key, say);
  return { run, key: stored.key, [Symbol.asyncDispose]: () => place[Symbol.asyncDispose]() };
}

async function answerSheet(
  run: string,
  key: Awaited<ReturnType<typeof sheetOf>>["key"],
  say: (left: string, index: number) => string,
): Promise<void> {
  const answers = Object.entries(key.entries).map(([item, { checkpoints }], index): StoredAnswer => ({
    item,
    rater: "ann",
    value: say(checkpoints[0] ?? "", index),
    source: "test",
  }));
  await appendAnswers(run, key.id, answers);
}

function valueOf(stats: readonly JsonValue[], form: string): ReturnType<typeof estimate> {
  const [metric] = human.create({ form }, {}).metrics;
  if (metric === undefined) throw new Error("no metric");
  return estimate(metric.sufficient(stats), { seed: 1, range: metric.range });
}

describe("people's verdicts as scores of a run", () => {
  it.each([
    ["rating", ["m/one"], (_: string, index: number) => String(1 + (index % 5))],
    ["correct", ["m/one"], (_: string, index: number) => (index % 3 === 0 ? "no" : "yes")],
    [
      "pairwise",
      ["m/one", "m/two"],
      (left: string, index: number) => (index % 4 === 0 ? "tie" : left === "m/two" ? "A" : "B"),
    ],
    ["choice", CHECKPOINTS, (_: string, index: number) => ["A", "B", "C", "tie", "none"][index % 5] ?? "A"],
  ] as const)("are what `evalh human stats` says, with the same interval: %s", async (form, chosen, say) => {
    await using place = await judged({ form, chosen, n: 60, repeat: 0 }, say);
    const people = await readPeople(place.run, [unit]);
    expect(people.withJudges(unit).judges).toMatchObject([{ name: "human", module: "human", options: { form } }]);
    const scale = form === "rating" ? 1 : 100;
    const { sheets } = people;
    const stats = humanStats(place.key, sheets[0]?.answers ?? []);
    expect(stats.means.map(({ checkpoint }) => checkpoint).toSorted()).toEqual([...chosen].toSorted());
    for (const { checkpoint, mean } of stats.means) {
      if (mean === null) throw new Error(`nobody judged ${checkpoint}`);
      const scores = people.of(unit, checkpoint).map((score) => score.stats);
      const made = valueOf(scores, form);
      const near = (value: number): unknown => expect.closeTo(scale * value, 9);
      expect(made).toMatchObject({ value: near(mean.value), n: mean.n, lo: near(mean.lo), hi: near(mean.hi) });
    }
  });

  it("let judged items stand for those of their stratum that nobody has got to yet", async () => {
    const { key } = await sheetOf({ form: "rating", n: 60, chosen: ["m/one"], repeat: 0 });
    const isRare = (item: string): boolean => key.entries[item]?.stratum === "rarity=rare";
    const answers = Object.keys(key.entries)
      .filter((item, index) => isRare(item) || index % 3 === 0)
      .map((item) => ({ item, rater: "ann", value: isRare(item) ? "5" : "1" }));
    const [{ mean } = { mean: null }] = humanStats(key, answers).means;
    // One sample in eight is rare, however few of the common ones were judged.
    expect(mean?.value).toBeCloseTo(1 + 4 / 8);
  });

  it("pool sheets of one form, and call another form by its name", async () => {
    await using place = await judged({ form: "rating", chosen: ["m/one"], n: 30, repeat: 0 }, () => "2");
    const more = await sheetOf({ form: "rating", chosen: ["m/one"], n: 30, repeat: 0, seed: 8 });
    const other = await sheetOf({ form: "correct", chosen: ["m/one"], n: 10, repeat: 0 });
    for (const [index, { sheet, key }] of [more, other].entries()) {
      const later = { ...key, createdAt: `2026-02-0${index + 1}T00:00:00Z` };
      await saveSheet(place.run, sheet, later);
      await answerSheet(place.run, later, () => (index === 0 ? "4" : "yes"));
    }
    const people = await readPeople(place.run, [unit]);
    expect(people.withJudges(unit).judges.map(({ name }) => name)).toEqual(["human", "human_correct"]);
    const ratings = people.of(unit, "m/one").filter(({ judge }) => judge === "human");
    expect(
      valueOf(
        ratings.map(({ stats }) => stats),
        "rating",
      )?.value,
    ).toBeCloseTo(3);
  });

  it("are none of a run that nobody has judged", async () => {
    await using place = await storedSheet({ form: "rating", n: 5 });
    const people = await readPeople(place.run, [unit]);
    expect(people.withJudges(unit)).toBe(unit);
    expect(people.of(unit, "m/one")).toEqual([]);
  });
});
