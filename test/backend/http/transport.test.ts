import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { setTimeout } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { Reply } from "../../../src/backend/http/attempt.ts";
import type { Behaviour } from "../../fixtures/servers/scripted.ts";
import { KEY, OK, ask, fastClock, open, refusal, serve } from "./transport-kit.ts";

describe("the transport", () => {
  it("posts JSON under the base path, with the key, over one kept connection", async () => {
    const server = await serve(() => OK);
    const transport = await open(`${server.origin}/v1/`, { headers: { "x-team": "eval" } });
    for (let i = 0; i < 3; i++) expect(await ask(transport)).toMatchObject({ kind: "read", value: "fine" });
    expect(server.received).toHaveLength(3);
    expect(server.received[0]).toMatchObject({ method: "POST", url: "/v1/say", body: '{"a":1}' });
    expect(server.received[2]?.headers).toMatchObject({ authorization: `Bearer ${KEY}`, "x-team": "eval" });
  });

  it.each<[string, Behaviour, string]>([
    ["HTTP 500", { do: "text", status: 500, text: "<b>oops</b>" }, "HTTP 500: <b>oops</b>"],
    ["HTTP 503", { do: "answer", status: 503, json: { error: { message: "busy" } } }, "HTTP 503: busy"],
    ["HTTP 408", { do: "text", status: 408, text: "" }, "HTTP 408"],
    ["a reset", { do: "reset" }, "connection"],
    ["malformed JSON", { do: "text", text: "{'word': 1}" }, "not JSON"],
    ["an empty body", { do: "text", text: "" }, "empty"],
    ["a truncated body", { do: "truncate", json: { word: "never seen" } }, "connection closed"],
    ["an answer without what was asked for", { do: "answer", json: {} }, "no word"],
    ["an HTML page", { do: "text", text: "<html>please sign in</html>" }, "please sign in"],
  ])("tries again after %s, and records it when it stays so", async (_, fault, message) => {
    const server = await serve(({ number }) => (number === 0 ? fault : number === 1 ? OK : fault));
    const clock = fastClock();
    const transport = await open(server.origin, { clock });
    expect(await ask(transport)).toMatchObject({ kind: "read", value: "fine" });
    expect(clock.waits).toEqual([250]);
    const reply = await ask(transport);
    expect(reply).toMatchObject({ kind: "failed", message: expect.stringContaining(message) });
    expect(reply).toMatchObject({ message: expect.stringContaining("after 5 tries") });
    expect(clock.waits.slice(1)).toEqual([250, 500, 1000, 2000]);
    expect(server.received).toHaveLength(7);
  });

  it("checklist item 20: waits as long as the server asks, in seconds or until a date", async () => {
    const dates = ["3", "Mon, 02 Mar 2026 12:00:09 GMT", "1000000000", "-1"];
    const server = await serve(({ number }) => {
      const header = dates[number];
      return header === undefined ? OK : { do: "text", status: 429, text: "", headers: { "retry-after": header } };
    });
    const clock = fastClock();
    const transport = await open(server.origin, { clock });
    expect(await ask(transport)).toMatchObject({ kind: "read" });
    expect(clock.waits).toEqual([3000, 9000, 300_000, 2000]);
  });

  it.each([400, 413, 422, 501])("does not repeat what HTTP %i refuses", async (status) => {
    const server = await serve(() => ({ do: "answer", status, json: { detail: "too long" } }));
    const transport = await open(server.origin);
    expect(await ask(transport)).toMatchObject({ kind: "failed", message: `HTTP ${status}: too long` });
    expect(server.received).toHaveLength(1);
  });

  it.each([401, 403, 404])(
    "gives the endpoint up at the first HTTP %i, without the key in its message",
    async (status) => {
      const server = await serve(() => ({
        do: "answer",
        status,
        json: { error: { message: `bad key ${KEY}, or ${encodeURIComponent(KEY)}` } },
      }));
      const transport = await open(server.origin);
      const error = await refusal(ask(transport));
      expect(error.message).toContain(`HTTP ${status}`);
      expect(error.hint).toBeTruthy();
      expect(server.received).toHaveLength(1);
    },
  );

  it("does not follow redirects, whose target would be sent the key", async () => {
    const other = await serve(() => OK);
    const server = await serve(() => ({
      do: "text",
      status: 307,
      text: "",
      headers: { location: `${other.origin}/say?token=${KEY}` },
    }));
    const error = await refusal(ask(await open(server.origin)));
    expect(error.message).toContain(`redirected to ${other.origin}/say`);
    expect(other.received).toHaveLength(0);
  });

  it.each<Behaviour["do"]>(["stall", "drip"])("ends a %s at its time limit", async (fault) => {
    const server = await serve(() => ({ do: fault }) as Behaviour);
    const transport = await open(server.origin, { timeout: 200 });
    const reply = await ask(transport);
    expect(reply).toMatchObject({ kind: "failed", message: expect.stringMatching(/answer/) });
    expect(server.received).toHaveLength(5);
  });

  it("reads no more than 16 MB, once", async () => {
    const server = await serve(() => ({ do: "flood" }));
    const before = process.memoryUsage.rss();
    expect(await ask(await open(server.origin))).toMatchObject({ message: "the answer is larger than 16 MB" });
    expect(process.memoryUsage.rss() - before).toBeLessThan(200 * 1024 * 1024);
    expect(server.received).toHaveLength(1);
  });

  it("stops at once when it is told to, and sends nothing more", async () => {
    const server = await serve(() => ({ do: "stall" }));
    const transport = await open(server.origin);
    const abort = new AbortController();
    const asked = [ask(transport, "/a", abort.signal), ask(transport, "/b", abort.signal)];
    void setTimeout(50).then(() => abort.abort(new Error("enough")));
    for (const each of asked) await expect(each).rejects.toThrow("enough");
    await expect(ask(transport, "/c", abort.signal)).rejects.toThrow("enough");
    expect(server.received).toHaveLength(2);
  });

  it("says that nothing listens, soon", async () => {
    const placeholder = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => placeholder.once("listening", resolve));
    const { port } = placeholder.address() as AddressInfo;
    await new Promise((resolve) => placeholder.close(resolve));
    const error = await refusal(ask(await open(`http://127.0.0.1:${port}/v1`)));
    expect(error.message).toBe(`http://127.0.0.1:${port}/v1: connection refused`);
  });

  it.each([
    ["localhost:8000", /scheme|URL/],
    ["file:///etc/passwd", /scheme/],
    [`http://user:${KEY}@127.0.0.1/v1`, /password/],
    ["http://169.254.169.254/latest", /credentials/],
  ])("refuses the address %s", async (url, message) => {
    expect((await refusal(open(url))).message).toMatch(message);
  });
});

describe("a failing endpoint", () => {
  it("checklist item 21: that always fails gets a tenth more requests than samples at most, then is given up", async () => {
    const server = await serve(({ number }) => (number < 50 ? OK : { do: "text", status: 500, text: "down" }));
    const transport = await open(server.origin);
    const asked = Array.from({ length: 300 }, () => () => ask(transport));
    const ended = { read: 0, failed: 0, gone: 0 };
    const worker = async (): Promise<void> => {
      for (let next = asked.shift(); next !== undefined; next = asked.shift()) {
        try {
          ended[(await next()).kind]++;
        } catch (error) {
          expect((error as Error).message).toContain("no request succeeded for");
          ended.gone++;
        }
      }
    };
    await Promise.all(Array.from({ length: 16 }, worker));
    expect(ended.read).toBe(50);
    expect(ended.read + ended.failed + ended.gone).toBe(300);
    expect(ended.gone).toBeGreaterThan(200);
    expect(server.received.length).toBeLessThan(330);
  });

  it("that comes back within the two minutes finishes every request", async () => {
    const clock = fastClock();
    let downSince = Infinity;
    const server = await serve(({ number }) => {
      if (number === 100) downSince = clock.now();
      return clock.now() >= downSince && clock.now() < downSince + 80_000 ? { do: "reset" } : OK;
    });
    const transport = await open(server.origin, { clock });
    const replies: Reply<string>[] = [];
    const asked = Array.from({ length: 300 }, (_, i) => i);
    const worker = async (): Promise<void> => {
      while (asked.pop() !== undefined) replies.push(await ask(transport));
    };
    await Promise.all(Array.from({ length: 8 }, worker));
    expect(replies).toHaveLength(300);
    expect(replies.filter(({ kind }) => kind === "failed")).toEqual([]);
    expect(clock.now()).toBeGreaterThan(80_000);
    expect(server.received.length).toBeLessThan(325);
  });

  it("checklist item 19: ends every one of 2,000 samples with a value or a recorded failure when nine kinds of faults hit 1 % each", async () => {
    const faults: readonly Behaviour[] = [
      { do: "text", status: 429, text: "", headers: { "retry-after": "2" } },
      { do: "text", status: 429, text: "", headers: { "retry-after": "Mon, 02 Mar 2026 12:00:09 GMT" } },
      { do: "text", status: 500, text: "oops" },
      { do: "text", status: 503, text: "busy" },
      { do: "reset" },
      { do: "text", text: '{"word": "half' },
      { do: "truncate", json: { word: "cut" } },
      { do: "drip" },
      { do: "answer", json: { word: null } },
    ];
    // A fixed shuffle: request n meets fault (n × 37 mod 100), if there is one of that number.
    const server = await serve(({ number }) => faults[(number * 37) % 100] ?? OK);
    const transport = await open(server.origin, { timeout: 3000 });
    const counts = { read: 0, failed: 0 };
    let left = 2000;
    const worker = async (): Promise<void> => {
      while (left-- > 0) counts[(await ask(transport)).kind]++;
    };
    await Promise.all(Array.from({ length: 64 }, worker));
    expect(counts.read + counts.failed).toBe(2000);
    expect(counts.failed).toBeLessThan(20);
    // Of the retries, those that a 429 asked for are free; the others may be a tenth of all requests, and ten.
    const asked = server.received.filter(({ number }) => (number * 37) % 100 < 2).length;
    expect(server.received.length).toBeLessThanOrEqual((2000 + 10 + asked) / 0.9);
  });
});
