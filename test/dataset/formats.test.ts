import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { expect, it } from "vitest";

import { openDataset } from "../../src/dataset/index.ts";
import { collect } from "./scratch.ts";

const folder = fileURLToPath(new URL("../fixtures/datasets", import.meta.url));

it.each(readdirSync(folder))("%s gives the rows that every format gives", async (name) => {
  const rows = await collect(openDataset({ path: join(folder, name), id: "word" }));
  expect(rows.map(({ id, columns }) => [id, columns])).toEqual([
    ["ocean", { word: "ocean", opposite: "land", note: '"big", blue' }],
    ["été", { word: "été", opposite: "hiver", note: "two\nlines" }],
    ["quick", { word: "quick", opposite: "slow", note: "" }],
  ]);
});
