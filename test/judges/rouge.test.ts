import { expect, it } from "vitest";

import { rouge } from "../../judges/rouge.ts";
import { judged, statsOf, total, valueOf } from "./samples.ts";

it("reports four types in percent, or those it is asked for", () => {
  const names = (types?: string[]): string[] =>
    rouge.create(types === undefined ? {} : { types }, {}).metrics.map((metric) => metric.name);
  expect(names()).toEqual(["rouge1", "rouge2", "rougeL", "rougeLsum"]);
  expect(names(["rouge3"])).toEqual(["rouge3"]);
});

it("averages the samples' F-measures", async () => {
  const judge = rouge.create({}, {});
  const stats = [
    statsOf(await judged(judge, "wind from the north", "wind from the north")),
    statsOf(await judged(judge, "calm sea", "fair wind")),
  ];
  expect(judge.metrics.map((metric) => total(metric, stats))).toEqual([50, 50, 50, 50]);
});

it("flags samples whose references it cannot see, since it reads ASCII letters and digits only", async () => {
  const judge = rouge.create({}, {});
  const flags = async (...references: string[]): Promise<unknown> =>
    judge.flags?.(statsOf(await judged(judge, "北風", ...references)));
  expect(await flags("北風")).toEqual(["script_not_seen"]);
  expect(await flags("北風", "north wind")).toEqual([]);
  expect(await flags("…")).toEqual([]);
});

it("takes the best reference for each type, and stems if asked", async () => {
  const judge = rouge.create({ stemmer: true, types: ["rouge1"] }, {});
  expect(await valueOf(judge, "rouge1", "winds turning", "calm", "wind turns")).toBe(100);
  expect(judge.signature).toBe('rouge_score:0.1.2|stemmer:true|types:["rouge1"]');
});
