import { describe, expect, it } from "vitest";

import { createEventScanner } from "../../src/load/event-scanner.ts";

const chat = (delta: object, finish: string | null = null): string =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;

const STREAM = [
  ": a comment, to keep the connection open\n\n",
  chat({ role: "assistant", content: "" }),
  chat({ reasoning_content: "hm" }),
  chat({ content: "größe" }),
  chat({ content: 'it says "content":"x" and data: [DONE]\n\n' }, "length"),
  `data: ${JSON.stringify({ choices: [], usage: { prompt_tokens: 7, completion_tokens: 3 } })}\n\n`,
  "data: [DONE]\n\n",
].join("");

describe("a scanner of events", () => {
  it("counts events with text wherever the bytes are cut, the role not among them", () => {
    const bytes = Buffer.from(STREAM);
    const scanner = createEventScanner();
    for (let cut = 0; cut <= bytes.length; cut++) {
      scanner.reset();
      const texts = scanner.push(bytes.subarray(0, cut)) + scanner.push(bytes.subarray(cut));
      expect(texts, `cut at ${cut}`).toBe(3);
      expect(scanner.end()).toEqual({ isOver: true, promptTokens: 7, outputTokens: 3, error: "" });
    }
  });

  it.each([
    ["completions", `data: {"choices":[{"index":0,"text":" a"}]}\n\n`],
    ["completions with spaces", `data: {"choices": [{"index": 0, "text": " a"}]}\n\n`],
    ["llama.cpp's own", `data: {"content":" a","stop":false}\n\n`],
    ["TGI's own", `data:{"token":{"id":3,"text":" a"}}\n\n`],
    ["Windows line ends", `data: {"choices":[{"delta":{"content":"a"}}]}\r\n\r\n`],
  ])("knows text in the events of %s", (_, event) => {
    expect(createEventScanner().push(Buffer.from(event))).toBe(1);
  });

  it("tells an error in the midst of a stream, in the server's words", () => {
    const scanner = createEventScanner();
    scanner.push(Buffer.from(`data: {"error":{"message":"Speicher für KV voll"}}\n\n`));
    expect(scanner.end()).toMatchObject({ isOver: false, error: "Speicher für KV voll" });
  });

  it("takes counts and the reason for the end from a last event that has text as well", () => {
    const scanner = createEventScanner();
    const last = { choices: [{ text: "b", finish_reason: "stop" }], usage: { prompt_tokens: 1, completion_tokens: 2 } };
    scanner.push(Buffer.from(`data: ${JSON.stringify(last)}\n\n`));
    expect(scanner.end()).toEqual({ isOver: true, promptTokens: 1, outputTokens: 2, error: "" });
  });

  it("forgets the answer before", () => {
    const scanner = createEventScanner();
    scanner.push(Buffer.from(`${STREAM}data: {"half`));
    scanner.reset();
    expect(scanner.push(Buffer.from(chat({ content: "a" })))).toBe(1);
    expect(scanner.end()).toEqual({ isOver: false, promptTokens: NaN, outputTokens: NaN, error: "" });
  });

  it("gives up an event that never ends", () => {
    const scanner = createEventScanner();
    const push = (): number => scanner.push(Buffer.alloc(300_000, 0x61));
    expect(() => [push(), push(), push(), push()]).toThrow("longer than 1 MB");
  });
});
