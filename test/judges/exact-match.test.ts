import { describe, expect, it } from "vitest";

import { contains } from "../../judges/contains.ts";
import { exactMatch } from "../../judges/exact-match.ts";
import { tokenF1 } from "../../judges/token-f1.ts";
import type { JsonObject } from "../../src/core/json.ts";
import { valueOf } from "./samples.ts";

describe("exact_match", () => {
  const value = (options: JsonObject, text: string, ...references: string[]): Promise<number> =>
    valueOf(exactMatch.create(options, {}), "exact_match", text, ...references);

  it("ignores white space at the ends unless told not to", async () => {
    expect(await value({}, "\n Lake Ladoga ", "Lake Ladoga")).toBe(100);
    expect(await value({ trim: false }, " Lake Ladoga", "Lake Ladoga")).toBe(0);
  });

  it("ignores only what its options name", async () => {
    expect(await value({}, "lake ladoga!", "Lake Ladoga")).toBe(0);
    expect(await value({ ignore_case: true, ignore_punctuation: true }, "lake ladoga!", "Lake Ladoga")).toBe(100);
    expect(await value({ ignore_numbers: true }, "Gate 12", "Gate 7")).toBe(100);
    expect(await value({ regexes_to_ignore: ["^The answer is "] }, "The answer is 4", "4")).toBe(100);
    expect(await value({ normalize: "squad" }, "A Lake, the Ladoga", "lake ladoga")).toBe(100);
  });

  it("accepts any of several references", async () => {
    expect(await value({}, "two", "one", "two")).toBe(100);
  });

  it("cites its options, and refuses a pattern that is none", () => {
    const { signature } = exactMatch.create({ normalize: "squad", ignore_case: true }, {});
    expect(signature).toBe("lm_eval:0.4.13|ignore_case:true|normalize:squad|trim:true");
    expect(() => exactMatch.create({ regexes_to_ignore: ["["] }, {})).toThrow("a ] is missing");
  });
});

describe("token_f1", () => {
  it("takes the best of several references", async () => {
    expect(await valueOf(tokenF1.create({}, {}), "token_f1", "the deep lake", "sea", "deep blue lake")).toBeCloseTo(
      80,
      9,
    );
  });

  it("follows the version of SQuAD's script where both sides are empty", async () => {
    expect(await valueOf(tokenF1.create({}, {}), "token_f1", "", "")).toBe(100);
    expect(await valueOf(tokenF1.create({ version: 1 }, {}), "token_f1", "", "")).toBe(0);
  });
});

describe("contains", () => {
  const value = (options: JsonObject, text: string, ...references: string[]): Promise<number> =>
    valueOf(contains.create(options, {}), "contains", text, ...references);

  it("looks for one reference, or for all", async () => {
    expect(await value({}, "boil, then stir", "fry", "stir")).toBe(100);
    expect(await value({ all: true }, "boil, then stir", "fry", "stir")).toBe(0);
    expect(await value({ all: true }, "boil, then stir", "boil", "stir")).toBe(100);
  });

  it("minds case unless told not to", async () => {
    expect(await value({}, "Stir", "stir")).toBe(0);
    expect(await value({ ignore_case: true }, "STIR", "stir")).toBe(100);
  });
});
