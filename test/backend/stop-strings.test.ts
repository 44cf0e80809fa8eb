import { describe, expect, it } from "vitest";
import { createStopStrings } from "../../src/backend/stop-strings.ts";
import { findStop } from "../../src/backend/stop.ts";

const PIECES = ["▁", "▁the", "\n", "\n\n", "Q", ":", "é\u{FFFD}", "", "x"];
/** A decoder in SentencePiece's manner: spaces are "▁" and the first is dropped. */
const codec = {
  decode: (ids: readonly number[]): string =>
    ids
      .map((id) => PIECES[id] ?? "")
      .join("")
      .replace(/^▁/, "")
      .replaceAll("▁", " "),
};

describe("stop strings", () => {
  it("end where the earliest of them begins", () => {
    expect(findStop("one\n\nQ: two", ["Q:", "\n\n"])).toBe(3);
    expect(findStop("one", ["Q:", ""])).toBe(-1);
  });

  it("are looked for only after tokens that can complete one", () => {
    const stops = createStopStrings(codec, ["\n\n", "Q: "]);
    const may = PIECES.map((_, id) => stops.mayEndWith(id));
    // Spaces also in tokens that decode to nothing by themselves; pieces of characters may become anything.
    expect(may).toEqual([true, true, true, true, false, false, true, true, false]);
    expect(PIECES.map((_, id) => stops.mayEndWith(id))).toEqual(may);
  });

  it("cost nothing when there are none", () => {
    const none = { decode: () => expect.fail("nothing to decode") as string };
    expect(createStopStrings(none, [""]).mayEndWith(1)).toBe(false);
  });
});
