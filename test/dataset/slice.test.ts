import { expect, it } from "vitest";

import { sliceOf } from "../../src/dataset/slice.ts";

it("names the slice of a sample by the text of its value", () => {
  const columns = { a: "rare", b: 3, c: false, d: null, e: "", f: ["x"] };
  expect(["a", "b", "c", "d", "e", "f", "missing", "constructor"].map((field) => sliceOf(columns, field))).toEqual([
    "rare",
    "3",
    "false",
    "(none)",
    "",
    '["x"]',
    "(none)",
    "(none)",
  ]);
});
