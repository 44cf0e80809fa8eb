import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { property } from "./property.ts";
import { targets } from "./targets.ts";

// The same inputs every time; `npm run fuzz -- --seconds 600` makes others.
describe(
  "item 17, 20: whatever is made of a file, its reader takes or refuses it in words",
  { timeout: 120_000 },
  () => {
    it.each(targets)("$name", async (target) => {
      await fc.assert(property(target), { numRuns: 40, seed: 17 });
    });

    it("finds a reader that breaks: this can fail", async () => {
      const read = (bytes: Buffer): void => {
        if (bytes.includes("{{")) throw new TypeError("cannot read properties of undefined");
      };
      const broken = { name: "broken", seeds: () => [Buffer.from("abc")], read };
      await expect(fc.assert(property(broken), { numRuns: 2_000, seed: 17 })).rejects.toThrow("Property failed");
    });
  },
);
