import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { createIdSet } from "../../src/dataset/id-set.ts";

describe("the set of ids", () => {
  it("gives the earlier ordinals of every repeated id", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 3 })), (ids) => {
        const set = createIdSet();
        const seen = new Map<string, number[]>();
        for (const [ordinal, id] of ids.entries()) {
          const earlier = seen.get(id) ?? [];
          expect([...set.add(id, ordinal)].toSorted((a, b) => a - b)).toEqual(earlier);
          seen.set(id, [...earlier, ordinal]);
        }
      }),
    );
  });

  it("keeps a hundred thousand ids apart while it grows", () => {
    const set = createIdSet();
    const repeated = Array.from({ length: 100_000 }, (_, i) => set.add(`sample-${i}`, i)).filter(
      ({ length }) => length > 0,
    );
    expect(repeated).toEqual([]);
    expect(set.add("sample-4711", 100_000)).toEqual([4711]);
  });
});
