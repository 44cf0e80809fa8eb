import * as fc from "fast-check";
import { expect, it } from "vitest";

import { stem } from "../../../judges/rouge/porter.ts";

// Words and stems by NLTK 3.10's PorterStemmer.
it.each([
  ["bridges", "bridg"],
  ["ponies", "poni"],
  ["pies", "pie"],
  ["replied", "repli"],
  ["lied", "lie"],
  ["agreed", "agre"],
  ["bleed", "bleed"],
  ["painted", "paint"],
  ["bled", "bled"],
  ["ringing", "ring"],
  ["sing", "sing"],
  ["inflated", "inflat"],
  ["enabling", "enabl"],
  ["sized", "size"],
  ["stopping", "stop"],
  ["falling", "fall"],
  ["hissing", "hiss"],
  ["filing", "file"],
  ["using", "use"],
  ["enjoy", "enjoy"],
  ["tidy", "tidi"],
  ["by", "by"],
  ["international", "intern"],
  ["hesitancy", "hesit"],
  ["conformably", "conform"],
  ["finally", "final"],
  ["hopefully", "hope"],
  ["theology", "theolog"],
  ["geology", "geolog"],
  ["communication", "commun"],
  ["adoption", "adopt"],
  ["million", "million"],
  ["rate", "rate"],
  ["cease", "ceas"],
  ["controller", "control"],
  ["news", "news"],
  ["dying", "die"],
  ["skies", "sky"],
  ["mp3s", "mp3"],
])("stems %s to %s", (word, expected) => {
  expect(stem(word)).toBe(expected);
});

it("never makes a word longer by more than the e it may restore, nor empty", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z0-9]{1,24}$/), (word) => {
      const result = stem(word);
      expect(result.length).toBeGreaterThan(0);
      expect(result.length).toBeLessThanOrEqual(word.length);
    }),
  );
});

it("handles a megabyte of y, whose kind depends on the y before it", () => {
  expect(stem("y".repeat(1_000_001))).toHaveLength(1_000_001);
});
