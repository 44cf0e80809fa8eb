import { setTimeout } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { Reply } from "../../../src/backend/http/attempt.ts";
import { systemClock } from "../../../src/backend/http/clock.ts";
import { UnusableAnswerError } from "../../../src/backend/http/failure.ts";
import type { Transport } from "../../../src/backend/http/transport.ts";
import { startScripted, type Behaviour } from "../../fixtures/servers/scripted.ts";
import { KEY, OK, ask, fastClock, open, read, refusal, serve, signal, stack } from "./transport-kit.ts";

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
    "item 18, checklist item 41: are not followed to %s, and no key goes there",
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

  it("checklist item 24: is read alike wherever its bytes are cut, within characters too", async () => {
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

  it("checklist item 23: that never ends is cut at 16 MB", async () => {
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
  it("checklist item 25: is waited for, and says so; every request is answered", async () => {
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
