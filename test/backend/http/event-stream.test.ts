import { array, assert, nat, property, string } from "fast-check";
import { describe, expect, it } from "vitest";
import { createEventReader } from "../../../src/backend/http/event-stream.ts";

/** The events in a text that comes in pieces cut at the given places. */
function eventsOf(bytes: Uint8Array, cuts: readonly number[]): readonly string[] {
  const events: string[] = [];
  const reader = createEventReader((data) => events.push(data));
  let from = 0;
  for (const cut of [...cuts, bytes.length]) {
    reader.push(bytes.subarray(from, cut));
    from = cut;
  }
  reader.end();
  return events;
}

describe("server-sent events", () => {
  it.each([
    ["an event a line", "data: one\n\ndata: two\n\n", ["one", "two"]],
    ["CRLF", "data: one\r\n\r\ndata: two\r\n\r\n", ["one", "two"]],
    ["CR alone", "data: one\r\rdata: two\r\r", ["one", "two"]],
    ["no space after the colon", "data:one\n\n", ["one"]],
    ["a second space, which is data", "data:  one\n\n", [" one"]],
    ["several lines of data", "data: a\ndata: b\n\n", ["a\nb"]],
    ["data without a value", "data\n\n", [""]],
    ["comments, names and ids", ": ping\nevent: token\nid: 7\ndata: x\nretry: 3\n\n", ["x"]],
    ["fields that begin like data", "database: x\n\n", []],
    ["a byte-order mark", "\u{feff}data: x\n\n", ["x"]],
    ["an event that never ends", "data: one\n\ndata: tw", ["one"]],
    ["text beyond the basic plane", "data: pier 🚢 é\n\n", ["pier 🚢 é"]],
  ])("reads %s, wherever the bytes are cut", (_, text, expected) => {
    const bytes = Buffer.from(text);
    for (let cut = 0; cut <= bytes.length; cut++) expect(eventsOf(bytes, [cut])).toEqual(expected);
    expect(
      eventsOf(
        bytes,
        Array.from(bytes, (_, i) => i),
      ),
    ).toEqual(expected);
  });

  it("gives any texts back as they were, wherever the bytes are cut", () => {
    const data = array(string({ unit: "grapheme" }).map((text) => text.replaceAll(/[\r\n]/g, " ")));
    const cuts = array(nat(2000), { maxLength: 40 });
    assert(
      property(data, cuts, (texts, places) => {
        const bytes = Buffer.from(texts.map((text) => `data: ${text}\n\n`).join(""));
        const sorted = places.map((place) => place % (bytes.length + 1)).toSorted((a, b) => a - b);
        expect(eventsOf(bytes, sorted)).toEqual(texts);
      }),
      { numRuns: 500 },
    );
  });
});
