import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { createPlaceIndex } from "../../../src/run/cache/place-index.ts";

const key = fc.stringMatching(/^[0-9a-f]{16}$/);
const place = fc.record({ file: fc.integer({ min: 0, max: 65_535 }), offset: fc.integer({ min: 0, max: 2 ** 50 }) });

describe("an index of places", () => {
  it("gives back what a Map would, through any number of growths", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(key, place), { maxLength: 3_000 }), fc.array(key), (entries, others) => {
        const index = createPlaceIndex();
        const wanted = new Map(entries);
        for (const [name, value] of entries) index.set(name, value);
        expect(index.size).toBe(wanted.size);
        for (const name of [...wanted.keys(), ...others]) expect(index.get(name)).toEqual(wanted.get(name) ?? null);
      }),
      { numRuns: 30 },
    );
  });
});
