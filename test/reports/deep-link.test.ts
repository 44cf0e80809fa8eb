import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { formatDeepLink, parseDeepLink } from "../../reports/deep-link.ts";

describe("deep links", () => {
  test("read well", () => {
    expect(
      formatDeepLink({ sample: "title/t-0071", checkpoint: "checkpoint-441", filter: "broken slice:rarity=rare" }),
    ).toBe("#s=title/t-0071&c=checkpoint-441&f=broken%20slice:rarity%3Drare");
  });

  test("lead back to what they were made from", () => {
    const text = fc.string({ unit: "grapheme", minLength: 1 });
    fc.assert(
      fc.property(text, text, text, (sample, checkpoint, filter) => {
        const link = { sample, checkpoint, filter, base: null, metric: null };
        expect(parseDeepLink(formatDeepLink(link))).toEqual(link);
      }),
    );
  });

  test("are told from anchors", () => {
    expect(parseDeepLink("#scores")).toBeNull();
    expect(parseDeepLink("")).toBeNull();
    expect(formatDeepLink({})).toBe("");
  });

  test("lose what is malformed and keep the rest", () => {
    expect(parseDeepLink("#s=%E0%A4%A&c=12&x=1")).toEqual({
      sample: null,
      checkpoint: "12",
      base: null,
      metric: null,
      filter: null,
    });
  });
});
