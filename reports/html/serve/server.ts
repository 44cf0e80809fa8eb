import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import { gzip } from "node:zlib";

import { messageOf } from "../../../src/core/errors.ts";
import type { PageState } from "../data/format.ts";
import { contentPolicy } from "../page.ts";
import { admit } from "./guard.ts";
import { runStamp } from "./run-stamp.ts";
import { serveRun, type CompareData, type ServedRun } from "./served-run.ts";

const compress = promisify(gzip);

export interface ViewServer extends AsyncDisposable {
  /** The page's address, with the token that opens it. */
  readonly url: string;
}

export interface ViewOptions {
  readonly folder: string;
  readonly compare: CompareData;
  /** 0 for any free one. */
  readonly port: number;
  /** Told of what could not be read; the page says it as well. */
  readonly onProblem: (message: string) => void;
}

/**
 * Serves a run's report on 127.0.0.1, read-only and from the folder: texts are read one by one as they are opened, so
 * a run may be of any size, and still going on. Its address holds a token of 192 bits; without it there is nothing.
 */
export async function serveView(options: ViewOptions): Promise<ViewServer> {
  const token = randomBytes(24).toString("base64url");
  const runs = servedRuns(options);
  const server = createServer((request, response) => {
    const { port } = server.address() as AddressInfo;
    const admitted = admit(request, { port, token });
    if ("refusal" in admitted) return send(response, { ...admitted.refusal, type: PLAIN });
    answer(admitted.path, runs)
      .catch((error: unknown): Answer => {
        options.onProblem(messageOf(error));
        return { status: 500, text: `the run cannot be read: ${messageOf(error)}`, type: PLAIN };
      })
      .then((reply) => send(response, reply, request), options.onProblem);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(options.port, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  // A large run takes seconds to read: they begin before anybody asks. What goes wrong is told to who does.
  runs.fresh().catch(() => undefined);
  return {
    url: `http://127.0.0.1:${port}/${token}/`,
    async [Symbol.asyncDispose]() {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      await runs[Symbol.asyncDispose]();
    },
  };
}

interface ServedRuns extends AsyncDisposable {
  /** The run as it is now: read anew where it has moved on. */
  fresh(): Promise<ServedRun>;
  /** The run as a page knows it; null where it has been read anew since. */
  known(version: string): Promise<ServedRun | null>;
  isStale(run: ServedRun): Promise<boolean>;
}

function servedRuns({ folder, compare }: ViewOptions): ServedRuns {
  let current: Promise<ServedRun> | null = null;
  let version = 0;
  /** Of several that ask at once only the first reads. */
  let turn: Promise<unknown> = Promise.resolve();
  const isStale = async (run: ServedRun): Promise<boolean> => (await runStamp(folder)) !== run.stamp;
  const renew = async (): Promise<ServedRun> => {
    const before = await current?.catch(() => null);
    if (before != null && !(await isStale(before))) return before;
    const read = serveRun(folder, { version: ++version, compare });
    current = read;
    const run = await read;
    await before?.[Symbol.asyncDispose]();
    return run;
  };
  return {
    isStale,
    fresh() {
      const mine = turn.then(renew, renew);
      turn = mine.catch(() => undefined);
      return mine;
    },
    async known(wanted) {
      const run = await current;
      return run !== null && String(run.version) === wanted ? run : null;
    },
    async [Symbol.asyncDispose]() {
      await turn;
      await (await current?.catch(() => null))?.[Symbol.asyncDispose]();
    },
  };
}

const PLAIN = "text/plain; charset=utf-8";

type Answer = { readonly status: number; readonly type: string } & (
  | { readonly text: string }
  /** Gzip. */
  | { readonly packed: Uint8Array }
);

const NOTHING: Answer = { status: 404, text: "there is nothing here", type: PLAIN };
const GONE: Answer = { status: 410, text: "the run has moved on: load the page again", type: PLAIN };

async function answer([kind = "", version = "", name = ""]: readonly string[], runs: ServedRuns): Promise<Answer> {
  if (kind === "") return { status: 200, packed: (await runs.fresh()).page, type: "text/html; charset=utf-8" };
  const run = await runs.known(version);
  if (run === null) return kind === "blocks" || kind === "samples" || kind === "state" ? GONE : NOTHING;
  switch (kind) {
    case "blocks": {
      const packed = await run.block(name);
      return packed === null ? NOTHING : { status: 200, packed, type: "application/octet-stream" };
    }
    case "samples": {
      const sample = /^\d{1,9}$/u.test(name) ? await run.sample(Number(name)) : null;
      if (sample === null) return NOTHING;
      return { status: 200, packed: await compress(JSON.stringify(sample)), type: "application/json" };
    }
    case "state": {
      const state: PageState = { isStale: await runs.isStale(run), isRunning: await run.isRunning() };
      return { status: 200, text: JSON.stringify(state), type: "application/json" };
    }
    default:
      return NOTHING;
  }
}

function send(response: ServerResponse, reply: Answer, request?: IncomingMessage): void {
  const isPacked = "packed" in reply;
  response.writeHead(reply.status, {
    "content-type": reply.type,
    ...(isPacked ? { "content-encoding": "gzip" } : {}),
    "content-security-policy": `${contentPolicy({ version: 0 })}; frame-ancestors 'none'`,
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
  });
  response.end(request?.method === "HEAD" ? undefined : isPacked ? reply.packed : reply.text);
}
