import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import { isJsonObject } from "../core/json.ts";
import { formPage } from "./form/page.ts";
import type { HumanSheet } from "./sheet.ts";
import type { StoredAnswer } from "./store.ts";
import { verdictsOf } from "./verdict.ts";

/** Larger requests are no answers. */
const MOST_BYTES = 64 << 10;

/** A page for each rater, on this machine only. */
export interface HumanServer extends AsyncDisposable {
  /** Rater → the link that is theirs alone. */
  readonly links: ReadonlyMap<string, string>;
}

export interface ServerOptions {
  readonly sheet: HumanSheet;
  /** The sheet's secret, hex: it decides the links, which stay the same when the server is started again. */
  readonly secret: string;
  readonly raters: readonly string[];
  /** 0 for any free one. */
  readonly port: number;
  readonly before: readonly StoredAnswer[];
  /** Must not resolve before the answer is on the disk. */
  readonly save: (answer: StoredAnswer) => Promise<void>;
}

/**
 * Serves a sheet on 127.0.0.1. A rater's link holds a token of 192 bits; without one there is nothing to see. Requests
 * that name another host (a page elsewhere whose name leads here) or come from another origin are refused. An answer is
 * acknowledged when it is stored.
 */
export async function serveSheet(options: ServerOptions): Promise<HumanServer> {
  const tokens = new Map(options.raters.map((rater) => [invitation(options.secret, rater), rater]));
  const given = new Map(options.before.map((answer) => [`${answer.rater}\n${answer.item}`, answer]));
  const state: State = { ...options, tokens, given, queue: Promise.resolve() };
  const server = createServer((request, response) => {
    void handle(request, response, state).catch(() => {
      if (!response.headersSent) reply(response, 500, "the answer could not be stored");
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(options.port, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  const links = new Map([...tokens].map(([token, rater]) => [rater, `http://127.0.0.1:${port}/${token}/`]));
  return {
    links,
    [Symbol.asyncDispose]: async () => {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      });
      await state.queue;
    },
  };
}

/** 192 bits that only the holder of the key can tell. */
function invitation(secret: string, rater: string): string {
  const mac = createHmac("sha256", Buffer.from(secret, "hex")).update(JSON.stringify(["invite", rater]));
  return mac.digest().subarray(0, 24).toString("base64url");
}

interface State extends ServerOptions {
  readonly tokens: ReadonlyMap<string, string>;
  readonly given: Map<string, StoredAnswer>;
  /** One answer after the other, so that lines never mix. */
  queue: Promise<void>;
}

async function handle(request: IncomingMessage, response: ServerResponse, state: State): Promise<void> {
  const [, token = "", rest = ""] = (request.url ?? "").split("/");
  const rater = raterOf(token, state.tokens);
  if (!isFromHere(request)) return reply(response, 403, "this page is for this machine only");
  if (rater === null) return reply(response, 404, "there is nothing here; ask for a link of your own");
  if (request.method === "GET" && rest === "")
    return reply(response, 200, page(state, rater), "text/html; charset=utf-8");
  if (request.method !== "POST" || rest !== "answers") return reply(response, 404, "there is nothing here");
  if (request.headers["content-type"] !== "application/json") return reply(response, 415, "answers are JSON");
  const answer = parseAnswer(await body(request), rater, state.sheet);
  if (answer === null) return reply(response, 400, "this is no answer to an item of the sheet");
  const stored = state.queue.then(() => state.save(answer));
  state.queue = stored.catch(() => undefined);
  await stored;
  state.given.set(`${rater}\n${answer.item}`, answer);
  return reply(response, 204, "");
}

/** Whether the request means this machine and no page of another origin made it. Any port: tunnels have their own. */
function isFromHere({ headers }: IncomingMessage): boolean {
  const { host = "", origin } = headers;
  const isLocal = /^(?:127\.0\.0\.1|localhost)(?::\d+)?$/u.test(host);
  const site = headers["sec-fetch-site"] ?? "none";
  // A link in a mail or a chat is followed across sites, which is a navigation and changes nothing.
  const isNavigation = headers["sec-fetch-mode"] === "navigate";
  return isLocal && (origin === undefined || origin === `http://${host}`) && (isNavigation || site !== "cross-site");
}

function raterOf(token: string, tokens: ReadonlyMap<string, string>): string | null {
  const wanted = Buffer.from(token);
  for (const [known, rater] of tokens) {
    const bytes = Buffer.from(known);
    if (bytes.length === wanted.length && timingSafeEqual(bytes, wanted)) return rater;
  }
  return null;
}

function page({ sheet, given }: State, rater: string): string {
  const own = [...given.values()].filter((answer) => answer.rater === rater);
  const stored = own.map(({ item, rater: _rater, source: _source, ...said }) => [item, said]);
  return formPage(sheet, { rater, stored: Object.fromEntries(stored) });
}

/** The request's text, or nothing if it is too long. */
async function body(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > MOST_BYTES) return "";
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parseAnswer(text: string, rater: string, { items, form }: HumanSheet): StoredAnswer | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isJsonObject(value)) return null;
  const { id, value: verdict, note, seconds } = value;
  const item = items.find((each) => each.id === id);
  if (item === undefined || typeof verdict !== "string") return null;
  if (!verdictsOf(form, item.answers.length).some(({ value: known }) => known === verdict)) return null;
  return {
    item: item.id,
    rater,
    value: verdict,
    ...(typeof note === "string" && note !== "" ? { note } : {}),
    ...(typeof seconds === "number" && seconds >= 0 ? { seconds } : {}),
    at: new Date().toISOString(),
    source: "serve",
  };
}

function reply(response: ServerResponse, status: number, text: string, type = "text/plain; charset=utf-8"): void {
  response.writeHead(status, {
    "content-type": type,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    connection: "close",
  });
  response.end(text);
}
