import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { setTimeout } from "node:timers/promises";
import { systemClock, type Clock } from "../../../src/backend/http/clock.ts";
import { UnusableAnswerError } from "../../../src/backend/http/failure.ts";
import type { Reply } from "../../../src/backend/http/attempt.ts";
import { openTransport, type Transport, type TransportOptions } from "../../../src/backend/http/transport.ts";
import { EvalhError } from "../../../src/core/errors.ts";
import { startScripted, type Behaviour, type Received, type ScriptedServer } from "../../fixtures/servers/scripted.ts";

const KEY = "sk-canary-5f2c";
const OK: Behaviour = { do: "answer", json: { word: "fine" } };
const signal = new AbortController().signal;
const stack: AsyncDisposable[] = [];

/**
 * A clock that jumps to the next sleeper's waking as soon as the network has had a moment, so that minutes of waiting
 * take milliseconds and sleepers wake in order.
 */
function fastClock(): Clock & { readonly waits: number[] } {
  const waits: number[] = [];
  const sleepers: { readonly at: number; readonly wake: () => void }[] = [];
  let now = 0;
  const jump = (): void => {
    sleepers.sort((a, b) => a.at - b.at);
    const first = sleepers.shift();
    if (first === undefined) return;
    now = Math.max(now, first.at);
    first.wake();
  };
  return {
    waits,
    now: () => now,
    wall: () => Date.parse("2026-03-02T12:00:00Z"),
    random: () => 0.5,
    sleep(ms) {
      waits.push(ms);
      return new Promise((wake) => {
        sleepers.push({ at: now + ms, wake });
        void setTimeout(2).then(jump);
      });
    },
  };
}

async function open(baseUrl: string, options: Partial<TransportOptions> = {}): Promise<Transport> {
  const timeout = options.timeout ?? 5000;
  const transport = await openTransport({
    baseUrl,
    headers: {},
    secret: () => KEY,
    secretHeader: "authorization",
    timeout,
    headersTimeout: timeout,
    idleTimeout: timeout,
    connectTimeout: 1000,
    allowMetadataAddress: false,
    adaptUpTo: null,
    clock: fastClock(),
    ...options,
  });
  stack.push(transport);
  return transport;
}

async function serve(script: (request: Received) => Behaviour): Promise<ScriptedServer> {
  const server = await startScripted(script);
  stack.push(server);
  return server;
}

function read(json: unknown): string {
  const { word } = json as { word?: unknown };
  if (typeof word !== "string") throw new UnusableAnswerError("no word");
  return word;
}

function ask(transport: Transport, path = "/say", on = signal): Promise<Reply<string>> {
  return transport.post({ path, body: '{"a":1}', read }, on);
}

async function refusal(asked: Promise<unknown>): Promise<EvalhError> {
  const error: unknown = await asked.catch((error: unknown) => error);
  if (!(error instanceof EvalhError)) throw new Error(`expected an EvalhError, got ${JSON.stringify(error)}`);
  expect(error.code).toBe("E_BACKEND");
  expect(`${error.message} ${error.hint}`).not.toContain(KEY);
  return error;
}

afterEach(async () => {
  for (const item of stack.splice(0).reverse()) await item[Symbol.asyncDispose]();
});

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

  it("waits as long as the server asks, in seconds or until a date", async () => {
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
    const started = performance.now();
    const reply = await ask(transport);
    expect(reply).toMatchObject({ kind: "failed", message: expect.stringMatching(/answer/) });
    expect(performance.now() - started).toBeLessThan(5 * 600);
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

describe("redirects", () => {
  it("are followed, with the key, on the same host where method and body stay", async () => {
    const server = await serve(({ url }) =>
      url === "/say/" ? OK : { do: "text", status: 307, text: "", headers: { location: "/say/" } },
    );
    expect(await ask(await open(server.origin))).toMatchObject({ kind: "read", value: "fine" });
    expect(server.received.map(({ url, body }) => [url, body])).toEqual([
      ["/say", '{"a":1}'],
      ["/say/", '{"a":1}'],
    ]);
    expect(server.received[1]?.headers.authorization).toBe(`Bearer ${KEY}`);
  });

  it("end after three", async () => {
    const server = await serve(() => ({ do: "text", status: 308, text: "", headers: { location: "/again" } }));
    expect((await refusal(ask(await open(server.origin)))).message).toContain("HTTP 308: redirected to /again");
    expect(server.received).toHaveLength(4);
  });

  it.each(["another port", "http://169.254.169.254/latest/meta-data", "//metadata.google.internal/x"])(
    "item 18: are not followed to %s, and no key goes there",
    async (target) => {
      const other = await serve(() => OK);
      const location = target === "another port" ? `${other.origin}/say?key=${KEY}` : target;
      const server = await serve(() => ({ do: "text", status: 307, text: "", headers: { location } }));
      const error = await refusal(ask(await open(server.origin)));
      expect(error.message).toContain("HTTP 307: redirected to");
      expect(error.hint).toContain("Redirects to other servers are not followed");
      expect(other.received).toHaveLength(0);
      expect(server.received).toHaveLength(1);
    },
  );
});

describe("a stream of events", () => {
  const events = (texts: readonly string[]): string => texts.map((text) => `data: ${text}\n\n`).join("");
  /** Joins what it is told. */
  function join(transport: Transport): Promise<Reply<string>> {
    const stream = () => {
      const seen: string[] = [];
      return {
        event(data: string): void {
          if (data === "bad") throw new UnusableAnswerError("a bad event");
          seen.push(data);
        },
        end: () => seen.join("|"),
      };
    };
    return transport.post({ path: "/stream", body: "{}", read, stream }, signal);
  }

  it("item 24: is read alike wherever its bytes are cut, within characters too", async () => {
    const text = events(["the pier 🚢", "é", "終"]);
    for (const piece of [1, 2, 3, 7, 1000]) {
      await using server = await startScripted(() => ({ do: "events", text, piece }));
      expect(await join(await open(server.origin))).toMatchObject({ value: "the pier 🚢|é|終" });
    }
  });

  it("is begun anew when it breaks off or says something unusable, without what came before", async () => {
    const text = events(["one", "two"]);
    const faults: readonly Behaviour[] = [
      { do: "events", text: events(["lost"]), piece: 3, isCut: true },
      { do: "events", text: events(["lost", "bad", "more"]), piece: 100 },
    ];
    const server = await serve(({ number }) => faults[number] ?? { do: "events", text, piece: 5 });
    expect(await join(await open(server.origin))).toMatchObject({ kind: "read", value: "one|two" });
    expect(server.received).toHaveLength(3);
  });

  it("item 23: that never ends is cut at 16 MB", async () => {
    const server = await serve(() => ({ do: "flood", type: "text/event-stream", text: "data: again\n\n" }));
    const before = process.memoryUsage.rss();
    expect(await join(await open(server.origin))).toMatchObject({ message: "the answer is larger than 16 MB" });
    expect(process.memoryUsage.rss() - before).toBeLessThan(300 * 1024 * 1024);
    expect(server.received).toHaveLength(1);
  });

  it("falls back to reading JSON from a server that does not stream", async () => {
    expect(await join(await open((await serve(() => OK)).origin))).toMatchObject({ value: "fine" });
  });
});

describe("limits of time", () => {
  it("tell an answer that does not begin from one that stalls", async () => {
    const silent = await serve(() => ({ do: "stall" }));
    const late = await open(silent.origin, { timeout: 60_000, headersTimeout: 200, idleTimeout: 60_000 });
    expect(await ask(late)).toMatchObject({ message: expect.stringContaining("no answer began within 0.2 s") });
    const stalling = await serve(() => ({ do: "pause", text: '{"word": "never' }));
    const stalled = await open(stalling.origin, { timeout: 60_000, headersTimeout: 60_000, idleTimeout: 200 });
    expect(await ask(stalled)).toMatchObject({ message: expect.stringContaining("the answer stalled for 0.2 s") });
  });
});

describe("adaptive concurrency", () => {
  it("finds out what a server takes that refuses more, and loses no request", async () => {
    let busy = 0;
    const server = await startScripted(async () => {
      if (busy >= 12) return { do: "text", status: 429, text: "too many" };
      busy++;
      await setTimeout(5);
      busy--;
      return OK;
    });
    stack.push(server);
    const transport = await open(server.origin, { adaptUpTo: 256, clock: systemClock });
    expect(transport.limit).toBe(8);
    const replies = await Promise.all(Array.from({ length: 600 }, () => ask(transport)));
    expect(replies.filter(({ kind }) => kind === "failed")).toEqual([]);
    expect(transport.limit).toBeLessThanOrEqual(24);
    expect(server.mostAtOnce).toBeLessThanOrEqual(64);
  });
});

describe("an endpoint that restarts", () => {
  it("item 25: is waited for, and says so; every request is answered", async () => {
    const clock = fastClock();
    const notices: string[] = [];
    let server = await startScripted(() => OK);
    const port = Number(new URL(server.origin).port);
    const transport = await open(server.origin, { clock, onNotice: (message) => notices.push(message) });
    const replies: Reply<string>[] = [];
    const asked = Array.from({ length: 200 }, (_, i) => i);
    const worker = async (): Promise<void> => {
      while (asked.pop() !== undefined) replies.push(await ask(transport));
    };
    for (let i = 0; i < 40; i++) replies.push(await ask(transport));
    await server[Symbol.asyncDispose]();
    const down = clock.now();
    const workers = Promise.all(Array.from({ length: 16 }, worker));
    while (clock.now() < down + 30_000) await setTimeout(5);
    server = await startScripted(() => OK, { port });
    stack.push(server);
    await workers;
    expect(replies.filter(({ kind }) => kind === "failed").length).toBeLessThanOrEqual(16);
    expect(replies).toHaveLength(240);
    expect(notices[0]).toMatch(/requests failed \(connection refused\); waiting, with a probe every 30 s$/);
    expect(notices.at(-1)).toMatch(/it answers again$/);
  });
});

describe("a failing endpoint", () => {
  it("that always fails gets a tenth more requests than samples at most, then is given up", async () => {
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

  it("ends every one of 2,000 samples with a value or a recorded failure when nine kinds of faults hit 1 % each", async () => {
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
