import { describe, expect, it } from "vitest";

import { jsonValid } from "../../judges/json-valid.ts";
import { numeric } from "../../judges/numeric.ts";
import { regex } from "../../judges/regex.ts";
import type { JsonObject } from "../../src/core/json.ts";
import { judged, statsOf, valueOf } from "./samples.ts";

describe("regex", () => {
  const value = (options: JsonObject, text: string): Promise<number> =>
    valueOf(regex.create(options, {}), "regex", text);

  it("finds the pattern anywhere, or only as the whole output", async () => {
    expect(await value({ pattern: "\\d+ km" }, "It is 12 km.")).toBe(100);
    expect(await value({ pattern: "\\d+ km", whole: true }, "It is 12 km.")).toBe(0);
    expect(await value({ pattern: "12|12 km", whole: true }, "12 km")).toBe(100);
  });

  it("can ask for a pattern not to occur", async () => {
    expect(await value({ pattern: "sorry", absent: true, ignore_case: true }, "Sorry, no.")).toBe(0);
    expect(await value({ pattern: "sorry", absent: true }, "Gladly.")).toBe(100);
  });
});

describe("json_valid", () => {
  const schema = {
    type: "object",
    required: ["port"],
    properties: { port: { type: "integer" }, name: { type: "string", pattern: "^(\\w+)+$" } },
  };
  const stats = async (options: JsonObject, text: string): Promise<unknown> =>
    statsOf(await judged(jsonValid.create(options, {}), text));

  it("tells JSON from what only looks like it", async () => {
    expect(await stats({}, ' {"a": [1, null]}\n')).toEqual({ parsed: true, valid: true });
    expect(await stats({}, "{'a': 1}")).toEqual({ parsed: false, valid: false });
    expect(await stats({}, "")).toEqual({ parsed: false, valid: false });
  });

  it("checks a schema if one is given", async () => {
    expect(await stats({ schema }, '{"port": 80}')).toEqual({ parsed: true, valid: true });
    expect(await stats({ schema }, '{"port": "80"}')).toEqual({ parsed: true, valid: false });
  });

  it("reads a fenced block only if asked", async () => {
    const text = 'Here:\n```json\n{"port": 80}\n```\nDone.';
    expect(await stats({ schema, fenced: true }, text)).toEqual({ parsed: true, valid: true });
    expect(await stats({ schema }, text)).toEqual({ parsed: false, valid: false });
    expect(await stats({ fenced: true }, "[1]")).toEqual({ parsed: true, valid: true });
    expect(await stats({ fenced: true }, "```\n[1]")).toEqual({ parsed: false, valid: false });
  });

  it("item 15: matches a schema's patterns in linear time", async () => {
    const text = JSON.stringify({ port: 1, name: `${"a".repeat(5000)}!` });
    expect(await stats({ schema }, text)).toEqual({ parsed: true, valid: false });
  });

  it("refuses a schema that is none", () => {
    expect(() => jsonValid.create({ schema: { type: "integr" } }, {})).toThrow(
      "The schema of json_valid cannot be used",
    );
    expect(() => jsonValid.create({ schema: { pattern: "(?=a)" } }, {})).toThrow(
      "The schema of json_valid cannot be used",
    );
  });
});

describe("numeric", () => {
  const value = (options: JsonObject, text: string, ...references: string[]): Promise<number> =>
    valueOf(numeric.create(options, {}), "numeric", text, ...references);

  it("compares the last number, or the first", async () => {
    expect(await value({}, "4 + 5 = 9", "9")).toBe(100);
    expect(await value({ which: "first" }, "9, for 4 + 5", "9")).toBe(100);
    expect(await value({}, "no idea", "9")).toBe(0);
  });

  it("allows the larger of both tolerances", async () => {
    expect(await value({ absolute: 0.5 }, "9.5", "9")).toBe(100);
    expect(await value({ absolute: 0.5 }, "9.6", "9")).toBe(0);
    expect(await value({ relative: 0.01 }, "-990", "-1000")).toBe(100);
    expect(await value({ relative: 0.01, absolute: 20 }, "985", "1000")).toBe(100);
  });

  it("notes what it read, and fails a reference without a number", async () => {
    expect(statsOf(await judged(numeric.create({}, {}), "1,5 or 2", "3"))).toEqual({ predicted: 2, correct: false });
    expect(await judged(numeric.create({}, {}), "2", "two")).toMatchObject({ kind: "failed" });
  });
});
