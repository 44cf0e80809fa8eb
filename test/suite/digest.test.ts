import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { canonicalJson, digestOf } from "../../src/suite/digest.ts";

describe("canonical JSON", () => {
  it("sorts keys at every level and leaves lists alone", () => {
    expect(canonicalJson({ b: [{ d: 1, c: 2 }], a: null, ä: 1, Z: undefined })).toBe(
      '{"a":null,"b":[{"c":2,"d":1}],"ä":1}',
    );
  });

  it("does not depend on the order of keys, and keeps the value", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).toReversed());
        expect(canonicalJson(reversed)).toBe(canonicalJson(value));
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it("gives the sha256 of its bytes", () => {
    // printf '{"a":1}' | sha256sum
    expect(digestOf({ a: 1 })).toBe("015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862");
  });
});
