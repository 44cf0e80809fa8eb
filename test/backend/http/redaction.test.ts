import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRedactor, isSecretHeader } from "../../../src/backend/http/redaction.ts";

describe("item 14: redaction", () => {
  it("leaves no key behind in any of its spellings", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 6 }), fc.string(), fc.string(), (key, before, after) => {
        const redact = createRedactor([key]);
        for (const form of [key, encodeURIComponent(key.toWellFormed()), JSON.stringify(key).slice(1, -1)]) {
          if (redact(`${before}${form}${after}`).includes(form) && !`${before}[redacted]${after}`.includes(form))
            return false;
        }
        return true;
      }),
    );
  });

  it("does not take a word of one or two letters for a key", () => {
    expect(createRedactor(["", "a"])("a banana")).toBe("a banana");
  });

  it("knows the headers that keys travel in", () => {
    expect(["Authorization", "x-api-key", "Cookie", "X-Auth-Token"].filter(isSecretHeader)).toHaveLength(4);
    expect(["user-agent", "content-type"].filter(isSecretHeader)).toEqual([]);
  });
});
